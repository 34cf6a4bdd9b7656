/** The functions of an agent, as it is offered them. */
import { toFunctionTool } from '../../core/function-tool.ts';
import { isBuiltInFunction } from '../../protocol/built-in-functions.ts';
import type { BuiltInFunction } from '../../protocol/built-in-functions.ts';
import * as schemas from '../../protocol/schemas/tool-arguments.ts';
import type { Agent, Team } from '../../protocol/team.ts';
import type { CatalogTool } from './catalog-tool.ts';

/** In the order of the team's file, so that it is stable. */
export function listFunctionTools(team: Team, { functions = [] }: Agent, isTask: boolean): CatalogTool[] {
  return functions.flatMap((key) => {
    if (isBuiltInFunction(key)) return isTask && OF_CONVERSATIONS.includes(key) ? [] : [BUILT_IN[key]];
    const definition = team.functions?.[key];
    if (definition === undefined) return [];
    const { description, parameters } = definition;
    return [{ name: toFunctionTool(key), description, parameters }];
  });
}

/** A task ends with its answer: it has no later turns, and no say over the session. */
const OF_CONVERSATIONS: readonly BuiltInFunction[] = [
  'end_session',
  'schedule_follow_up',
  'cancel_follow_up',
];

const BUILT_IN: Record<BuiltInFunction, CatalogTool> = {
  end_session: {
    name: 'end_session',
    description:
      'End the whole session when everything is settled. Take your leave in the same message; nothing can be said afterwards.',
    arguments: schemas.endSessionArguments,
  },
  schedule_follow_up: {
    name: 'schedule_follow_up',
    description:
      'Get a turn of your own at a later time, to come back to the user by yourself. Answers an id. Give either after or at.',
    arguments: schemas.scheduleFollowUpArguments,
  },
  cancel_follow_up: {
    name: 'cancel_follow_up',
    description: 'Cancel a follow-up that you have scheduled.',
    arguments: schemas.cancelFollowUpArguments,
  },
  set_variable: {
    name: 'set_variable',
    description:
      'Keep a value under a name for the whole session: instructions and functions that use the name get it from then on.',
    arguments: schemas.setVariableArguments,
  },
};
