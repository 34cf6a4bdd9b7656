/**
 * Anchors what clients are told in the history, so that it keeps its place (decision 0012).
 *
 * The SDK's core takes a workflow task that left no command in history for a heartbeat when the one before it left none
 * either and another one follows at once (for an update, which may be lost with its worker). A worker that takes the
 * workflow up from history then gets what both had brought as one, signals first: events that were recorded and told in
 * the first of them would get other offsets.
 */
import type { ConcludeActivationInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { defaultPayloadConverter } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes.js';
import type { OffstageSinks } from './sinks.ts';

type Command = ConcludeActivationInput['commands'][number];
type Poke = Parameters<OffstageSinks['offstage']['poke']>;

/** A workflow task with no other jobs leaves nothing in history unless it has commands. */
const PASSING_JOBS = new Set<string | undefined>([
  'doUpdate',
  'notifyHasPatch',
  'queryWorkflow',
  'removeFromCache',
]);

/** For each run of a workflow; loaded by the bundle. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  /** Whether the latest workflow task has left no command in history. */
  let isBare = true;
  let isPassing = true;
  return {
    internals: [
      {
        activate(input, next) {
          const jobs: { variant?: string }[] = input.activation.jobs ?? [];
          const passes = jobs.every(({ variant }) => PASSING_JOBS.has(variant));
          isPassing = passes && (isPassing || input.batchIndex === 0);
          next(input);
        },
        concludeActivation(input, next) {
          const { commands } = next(input);
          const leavesCommands = findLasting(commands).length > 0;
          if (!leavesCommands && isPassing) return { commands };
          const told = findToldOffset();
          const needsAnchor = !leavesCommands && isBare && told !== null;
          isBare = !leavesCommands && !needsAnchor;
          return { commands: needsAnchor ? [...commands, anchor(told)] : commands };
        },
      },
    ],
  };
};

/** Those that become events: not what refuses an update, answers a query, or takes a timer back at once. */
function findLasting(commands: readonly Command[]): Command[] {
  const started = new Set(commands.map(({ startTimer }) => startTimer?.seq));
  const cancelled = new Set(commands.map(({ cancelTimer }) => cancelTimer?.seq));
  return commands.filter(({ respondToQuery, updateResponse, startTimer, cancelTimer }) => {
    if (respondToQuery || updateResponse?.rejected) return false;
    if (startTimer) return !cancelled.has(startTimer.seq);
    return !cancelTimer || !started.has(cancelTimer.seq);
  });
}

/** The last offset that readers are told of; null: none in this activation. */
function findToldOffset(): number | null {
  const poke = getActivator().sinkCalls.findLast(({ fnName }) => fnName === 'poke');
  return poke === undefined ? null : (poke.args as Poke)[1];
}

/** A memo: the least of what can be commanded, and shown in the Temporal Web UI. */
function anchor(offset: number): Command {
  const fields = { offset: defaultPayloadConverter.toPayload(offset) };
  return { modifyWorkflowProperties: { upsertedMemo: { fields } } };
}
