import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, Connection, WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { toWorkflowId } from '../../protocol/ids.ts';
import { searchAttributeNames } from '../../protocol/search-attributes.ts';
import { withinDeadline } from './deadline.ts';
import type { Gateway } from './gateway.ts';

/** The workflows that the API starts, each once: with everything that the Temporal Web UI shows of it. */
export function createStarts(
  client: Client,
  taskQueue: string,
  deadlineMs: number,
): Pick<Gateway, 'startSession' | 'startPostSession'> {
  async function startOnce(type: string, options: Omit<WorkflowStartOptions, 'taskQueue'>): Promise<void> {
    const { workflowId } = options;
    try {
      await withinDeadline(
        client.connection as Connection,
        { milliseconds: deadlineMs, what: `Starting ${workflowId}` },
        () =>
          client.workflow.start(type, { ...options, taskQueue, workflowIdReusePolicy: 'REJECT_DUPLICATE' }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  return {
    startSession: (input) =>
      startOnce('session', {
        workflowId: toWorkflowId({ ...input, task: null }),
        args: [input],
        staticSummary: input.title ?? `${input.roster.team} · ${input.agent}`,
        memo: { team: input.roster.team, version: input.roster.version },
        typedSearchAttributes: toSearchAttributes(input),
      }),
    startPostSession: (input) =>
      startOnce('postSession', {
        workflowId: toWorkflowId({ ...input, task: 'post' }),
        args: [input],
        staticSummary: `after a session of ${input.roster.team}`,
        typedSearchAttributes: toSearchAttributes(input),
      }),
  };
}

function toSearchAttributes({
  workspace,
  agent,
  user,
}: {
  workspace: string;
  agent: string;
  user: string | null;
}): SearchAttributePair[] {
  const keyword = (name: string, value: string): SearchAttributePair => ({
    key: defineSearchAttributeKey(name, 'KEYWORD'),
    value,
  });
  return [
    keyword(searchAttributeNames.workspace, workspace),
    keyword(searchAttributeNames.agent, agent),
    keyword(searchAttributeNames.status, 'open'),
    { key: defineSearchAttributeKey(searchAttributeNames.depth, 'INT'), value: 0 },
    ...(user === null ? [] : [keyword(searchAttributeNames.user, user)]),
  ];
}
