/**
 * The run of one phase's hooks. It has a conversation's place in the session, without a turn: a background agent that it
 * starts is a task like any other, which the person may look at, steer and stop, and which notifies nobody.
 */
import { condition } from '@temporalio/workflow';
import { openConversation } from '../core/conversation-state.ts';
import type { TaskRecord } from '../core/conversation-state.ts';
import { describeHooks } from '../core/describe-hooks.ts';
import { toHookFailure } from '../core/hook-failure.ts';
import { startTask } from '../core/start-task.ts';
import { requestStop } from '../core/stop-task.ts';
import { toHookAgent, toHookRoster } from '../core/hook-roster.ts';
import type { HookEnd, HooksInput } from '../protocol/hook-runs.ts';
import type { Hook, HookName, HookStatus } from '../protocol/hooks.ts';
import type { HookPhase } from '../protocol/ids.ts';
import type { HookNews } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import { createConversation } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { setReadHandler } from './handlers.ts';
import { setTaskHandlers } from './task-handlers.ts';

export interface HookRun {
  conversation: Conversation;
  input: HooksInput;
  phase: HookPhase;
  /** What is known of each hook, in the order of their begin. */
  hooks: { name: string; status: HookStatus }[];
  /** What runs is to end, and nothing begins any more. */
  isStopped: boolean;
  /** Because the session is being closed. */
  isCancelled: boolean;
  /** Whom it concerns hears of it: the session, where there is one. */
  tell(news: HookNews): void;
}

/** To be called before the first await of the workflow. */
export function openHookRun(input: HooksInput, phase: HookPhase, tell: HookRun['tell']): HookRun {
  const { workspace, session } = input;
  const hooks: HookRun['hooks'] = [];
  const roster = toHookRoster(input.roster, phase);
  const state = openConversation({
    id: { workspace, session, task: phase },
    roster,
    agent: toHookAgent(phase),
    depth: 0,
    ancestors: [],
    at: now(),
  });
  const conversation = createConversation(state, input, () => describeHooks(hooks));
  setReadHandler(conversation);
  setTaskHandlers(conversation);
  return { conversation, input, phase, hooks, isStopped: false, isCancelled: false, tell };
}

/** Runs a hook to its end. `isEnough`: says of an end whether the others have to stop, too. */
export async function runHook(
  run: HookRun,
  { hook, position }: { hook: Hook; position: number },
  isEnough: (end: HookEnd) => boolean,
): Promise<HookEnd> {
  const { phase, input } = run;
  const name: HookName = { phase, position, kind: hook.kind, name: hook.name };
  const entry = { name: hook.name, status: 'running' as HookStatus };
  run.hooks.push(entry);
  const task = run.conversation.ports.newTaskId();
  const begun = { ...name, task, startedAt: now() };
  await activities.openHook(begun);
  run.tell({ type: 'hook.started', ...name, task });
  const failure = await runAgent(run, { hook, position }, task);
  const { output } = hook;
  const { version: team } = input.roster;
  const end = await activities.closeHook({ ...begun, endedAt: now(), team, output, failure });
  entry.status = end.status;
  tellEnd(run, name, end);
  if (isEnough(end)) run.isStopped = true;
  return end;
}

function tellEnd({ tell, conversation }: HookRun, name: HookName, { status, error, changed }: HookEnd): void {
  const { toldMissing } = conversation.state;
  if (toldMissing.length > 0) tell({ type: 'variables.missing', keys: [...toldMissing] });
  if (changed.length > 0) tell({ type: 'variables.changed', keys: changed, by: name.name });
  tell({ type: 'hook.finished', ...name, status, error });
}

/** Null where there is an answer to read. */
async function runAgent(
  run: HookRun,
  { hook, position }: { hook: Hook; position: number },
  id: string,
): Promise<ReturnType<typeof toHookFailure>> {
  const { state, ports } = run.conversation;
  const request = {
    id,
    agent: String(position),
    task: TASK_TEXTS[run.phase],
    title: `${hook.name}, ${run.phase === 'pre' ? 'before' : 'after'} the session`,
    notify: 'never' as const,
  };
  const started = startTask(state, ports, request, { cause: 'hook', mode: 'background' });
  if ('refused' in started) throw new Error(`a hook's task may not start: ${started.refused.message}`);
  const { task } = started;
  const isInTime = await ports.until(() => isTerminal(task.status) || run.isStopped, hook.timeoutMs);
  await stop(run, task);
  return toHookFailure(task, { isInTime, isStopped: run.isStopped, timeoutMs: hook.timeoutMs });
}

async function stop({ conversation }: HookRun, task: TaskRecord): Promise<void> {
  if (isTerminal(task.status)) return;
  requestStop(conversation.state, conversation.ports, task);
  await condition(() => isTerminal(task.status));
}

const TASK_TEXTS: Record<HookPhase, string> = {
  pre: 'A conversation with a user is about to begin. Do now what you do before it.',
  post: 'A conversation with a user is over. Do now what you do after it.',
};
