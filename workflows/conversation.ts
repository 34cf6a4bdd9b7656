/**
 * A conversation inside a workflow: its state, and the durable ports by which the pure core acts. Sessions and
 * tasks share it; what only one of them does is in session.ts and task.ts.
 */
import {
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { recordEvent } from '../core/fold.ts';
import { GATHER_COMPLETIONS_MS, mayGatherCompletions } from '../core/gather-completions.ts';
import type { TurnPorts } from '../core/ports.ts';
import { toMilestone } from '../core/to-milestone.ts';
import type { EventBody } from '../protocol/events.ts';
import { makeMessageId, makeTaskId } from '../protocol/ids.ts';
import type { RolloverThreshold } from '../protocol/task.ts';
import { describeConversation } from './current-details.ts';
import { now } from './durable-clock.ts';
import { createEffects } from './effects.ts';
import { createFunctionRunner } from './function-runner.ts';
import type { FunctionRunner } from './function-runner.ts';
import { toAgentAttribute } from './search-attributes.ts';
import { sink } from './sinks.ts';
import { TaskLauncher } from './task-launcher.ts';

export interface Conversation {
  state: ConversationState;
  ports: TurnPorts;
  launcher: TaskLauncher;
  functions: FunctionRunner;
  user: string | null;
  rollover: RolloverThreshold;
  /** What updates ask for, a workflow that was cancelled still does. */
  shield: CancellationScope;
}

/** `describe`: what the Temporal Web UI shows of it, where that is not a table of its own. */
export function createConversation(
  state: ConversationState,
  { user, rollover }: { user: string | null; rollover: RolloverThreshold },
  describe: () => string = () => describeConversation(state),
): Conversation {
  /** What an interrupt of the turn cancels: model calls and tools under way. Another one is made after it. */
  let interruptible: CancellationScope | null = null;

  function record(body: EventBody): void {
    recordEvent(state, body, now());
    if (body.type === 'agent.switched') upsertSearchAttributes(toAgentAttribute(body.to));
    setCurrentDetails(describe());
    sink.poke(state.id, state.offset, body.type === 'turn.finished' || body.type === 'session.closed');
    const milestone = toMilestone(state.id, body);
    if (milestone !== null) sink.reach(state.id, milestone);
    if (state.interruptedTurn !== state.turn || interruptible === null) return;
    interruptible.cancel();
    interruptible = null;
    // A task hears by signals, which are in history; what interrupts a session is told by who sends it.
    if (state.id.task !== null) sink.abort(state.id, state.turn);
  }

  function runInterruptible<T>(run: () => Promise<T>): Promise<T> {
    interruptible ??= new CancellationScope();
    return interruptible.run(run);
  }

  const launcher = new TaskLauncher(state, record, { user, rollover });
  const functions = createFunctionRunner(state, { record, now });
  const ports: TurnPorts = {
    now,
    newMessageId: () => makeMessageId(now(), uuid4()),
    newTaskId: () => makeTaskId(uuid4()),
    record,
    until,
    ...createEffects(state, runInterruptible),
    startFunction: functions.startFunction,
    launchTasks: () => launcher.launch(),
    deliverOrders: (task) => launcher.deliver(task),
    storeStop: (task) => launcher.storeStop(task),
  };
  const shield = new CancellationScope({ cancellable: false });
  return { state, ports, launcher, functions, user, rollover, shield };
}

/** Before a turn that would only tell of ends of tasks: lets those that end close together be told together. */
export async function gatherCompletions({ state }: Conversation): Promise<void> {
  if (mayGatherCompletions(state)) {
    await until(() => !mayGatherCompletions(state), GATHER_COMPLETIONS_MS);
  }
}

/** `condition` with a timeout leaves its timer behind when the predicate holds first; the scope takes it away. */
async function until(predicate: () => boolean, timeoutMs?: number): Promise<boolean> {
  if (timeoutMs === undefined) {
    await condition(predicate);
    return true;
  }
  const scope = new CancellationScope();
  const inTime = await scope.run(() => condition(predicate, timeoutMs));
  if (inTime) scope.cancel();
  return inTime;
}
