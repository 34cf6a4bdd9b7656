/**
 * The run of one phase's hooks. It has a conversation's place in the session, without a turn: a background agent that it
 * starts is a task like any other, which the person may look at, steer and stop, and which notifies nobody.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { openConversation } from '../core/conversation-state.ts';
import { describeHooks } from '../core/describe-hooks.ts';
import { toHookAgent, toHookRoster } from '../core/hook-roster.ts';
import type { OpenHookRequest } from '../protocol/activities.ts';
import type { HookEnd, HooksInput } from '../protocol/hook-runs.ts';
import type { Hook, HookName, HookStatus } from '../protocol/hooks.ts';
import type { HookPhase } from '../protocol/ids.ts';
import type { HookNews } from '../protocol/session-messages.ts';
import { createConversation } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { setReadHandler, setSignalHandlers } from './handlers.ts';
import { runHookAgent } from './hook-agent.ts';
import { runHookFunction } from './hook-function.ts';
import { setTaskHandlers, taskSignals } from './task-handlers.ts';

export interface HookRun {
  conversation: Conversation;
  input: HooksInput;
  phase: HookPhase;
  /** What is known of each hook, in the order of their begin. */
  hooks: { name: string; status: HookStatus }[];
  /** The task of the background agent that answered last. */
  lastTask: string | null;
  /** Variables that were asked for in vain, as far as that was told. */
  toldMissing: string[];
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
  setSignalHandlers(taskSignals(conversation));
  return {
    conversation,
    input,
    phase,
    hooks,
    lastTask: null,
    toldMissing: [],
    isStopped: false,
    isCancelled: false,
    tell,
  };
}

/** Runs a hook to its end. `isEnough`: says of an end whether the others have to stop, too. */
export async function runHook(
  run: HookRun,
  { hook, position }: { hook: Hook; position: number },
  isEnough: (end: HookEnd) => boolean,
): Promise<HookEnd> {
  const { phase, conversation } = run;
  const name: HookName = { phase, position, kind: hook.kind, name: hook.name };
  const entry = { name: hook.name, status: 'running' as HookStatus };
  run.hooks.push(entry);
  showHooks(run);
  const task = hook.kind === 'background_agent' ? conversation.ports.newTaskId() : null;
  const begun = { ...name, task, startedAt: now() };
  await activities.openHook(begun);
  run.tell({ type: 'hook.started', ...name, task });
  const end =
    task === null ? await callFunction(run, hook, begun) : await runAgent(run, hook, { ...begun, task });
  entry.status = end.status;
  showHooks(run);
  tellMissing(run, conversation.state.toldMissing);
  if (end.changed.length > 0) run.tell({ type: 'variables.changed', keys: end.changed, by: hook.name });
  run.tell({ type: 'hook.finished', ...name, status: end.status, error: end.error });
  if (isEnough(end)) run.isStopped = true;
  return end;
}

/** In the Temporal Web UI. */
export function showHooks({ hooks }: HookRun): void {
  setCurrentDetails(describeHooks(hooks));
}

async function runAgent(
  run: HookRun,
  hook: Hook,
  begun: OpenHookRequest & { task: string },
): Promise<HookEnd> {
  const { phase, conversation, input } = run;
  const { task: id, position } = begun;
  const end = await runHookAgent(conversation, { id, phase, hook, position, isStopped: () => run.isStopped });
  if (end === null) run.lastTask = id;
  const { output } = hook;
  return activities.closeHook({ ...begun, team: input.roster.version, output, end });
}

async function callFunction(run: HookRun, hook: Hook, begun: OpenHookRequest): Promise<HookEnd> {
  const { phase, input, lastTask: responseOf } = run;
  const { position } = begun;
  const isStopped = (): boolean => run.isStopped;
  const call = { input, phase, hook, position, responseOf, isStopped };
  const { missing, ...ended } = await runHookFunction(call);
  tellMissing(run, missing);
  const { status, error } = ended;
  const { version: team } = input.roster;
  await activities.closeHook({ ...begun, team, output: 'text', end: { status, error } });
  return ended;
}

function tellMissing(run: HookRun, missing: readonly string[]): void {
  const keys = missing.filter((key) => !run.toldMissing.includes(key));
  run.toldMissing.push(...keys);
  if (keys.length > 0) run.tell({ type: 'variables.missing', keys });
}
