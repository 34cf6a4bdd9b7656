import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { searchAttributeNames } from '../protocol/search-attributes.ts';

const workspace = defineSearchAttributeKey(searchAttributeNames.workspace, 'KEYWORD');
const user = defineSearchAttributeKey(searchAttributeNames.user, 'KEYWORD');
const agent = defineSearchAttributeKey(searchAttributeNames.agent, 'KEYWORD');
const status = defineSearchAttributeKey(searchAttributeNames.status, 'KEYWORD');
const depth = defineSearchAttributeKey(searchAttributeNames.depth, 'INT');

/** What a workflow can be found by. Ids and names only: search attributes are never encrypted. */
export function toSearchAttributes(values: {
  workspace: string;
  user: string | null;
  agent: string;
  status: 'open' | 'closing' | 'closed';
  depth: number;
}): TypedSearchAttributes {
  const pairs = [
    { key: workspace, value: values.workspace },
    { key: agent, value: values.agent },
    { key: status, value: values.status },
    { key: depth, value: values.depth },
  ];
  return new TypedSearchAttributes(
    values.user === null ? pairs : [...pairs, { key: user, value: values.user }],
  );
}

/** After a handoff: the agent that speaks now. */
export function toAgentAttribute(value: string): { key: typeof agent; value: string }[] {
  return [{ key: agent, value }];
}

/** A change of the status: each costs an event of history, so idle and busy are not told. */
export function toStatusAttribute(value: 'closing' | 'closed'): { key: typeof status; value: string }[] {
  return [{ key: status, value }];
}
