/**
 * Everything that happens in a conversation, as numbered events: what the workflow's state is folded from, what
 * the feed carries, what tests assert. Events carry ids and numbers; the API adds content from the store as it
 * serves them. Live deltas are another type (live.ts) and never touch state.
 */
import type { BudgetUnit, BudgetUse } from './budget.ts';
import type { Usage } from './content.ts';
import type { HookName, HookStatus } from './hooks.ts';
import type { SteerMode, StopMode, TaskQuestion, TaskStatus } from './task.ts';
import type { ToolOutcomeName } from './transcript.ts';

export type Delivery = 'next_step' | 'after_turn' | 'interrupt';
export type TurnCause = 'message' | 'completion' | 'question' | 'nudge' | 'schedule' | 'task';
export type TurnOutcome = 'answered' | 'interrupted' | 'failed' | 'limit';

export interface EventError {
  /** `area.reason`, such as `model.rate_limited`. */
  type: string;
  message: string;
}

/** What a reader who comes late needs to know of a task: told with its queueing, its start and its end. */
interface TaskName {
  task: string;
  agent: string;
  title: string;
  depth: number;
}

export type EventBody =
  /** The conversation began: the session was opened, or the task's workflow started. */
  | { type: 'session.opened'; team: string; agent: string }
  /** A hook of the session begins; `task` is that of a background agent. */
  | ({ type: 'hook.started'; task: string | null } & HookName)
  | ({ type: 'hook.finished'; status: Exclude<HookStatus, 'running'>; error: EventError | null } & HookName)
  /** The hooks before the session are done: from here on turns begin. */
  | { type: 'session.ready' }
  /** No more input is taken; tasks are being settled. `aborted`: a hook said that there is to be no session. */
  | { type: 'session.closing'; reason: string; aborted?: true }
  | { type: 'session.closed'; reason: string }
  /** Words for operators and users alike, such as that the demo model answers. */
  | { type: 'notice'; code: string; text: string }
  /** Dynamic variables have other values now; `by` is the function, the tool or the hook that set them. */
  | { type: 'variables.changed'; keys: string[]; by: string }
  /** Templates asked for variables that nobody has set, and became empty there. Each is told once. */
  | { type: 'variables.missing'; keys: string[] }
  /** A message was accepted and waits for a step. */
  | { type: 'message.queued'; message: string; delivery: Delivery }
  /** A handoff: from the next step on another agent speaks, in the same turn. */
  | { type: 'agent.switched'; from: string; to: string; reason: string | null }
  | { type: 'turn.started'; turn: number; cause: TurnCause; inputs: string[] }
  /** The turn was told to stop; `turn.finished` follows with `interrupted`. */
  | { type: 'turn.interrupting'; turn: number }
  | { type: 'turn.finished'; turn: number; outcome: TurnOutcome; error: EventError | null; usage: Usage }
  /** A model call begins; `inputs` are the messages and scheduled follow-ups that it is the first to see. */
  | { type: 'step.started'; turn: number; step: number; agent: string; model: string; inputs: string[] }
  | {
      type: 'message.committed';
      turn: number;
      step: number;
      agent: string;
      /** The stored assistant message, or a message of the system to the user. */
      message: string;
      role: 'assistant' | 'system';
      status: 'committed' | 'interrupted';
      toolCalls: { id: string; name: string }[];
      stopReason: string | null;
      usage: Usage | null;
    }
  | { type: 'tool.started'; turn: number; step: number; call: string; tool: string }
  | {
      type: 'tool.finished';
      turn: number;
      step: number;
      call: string;
      tool: string;
      outcome: ToolOutcomeName;
      truncated: boolean;
    }
  /** A function is called that nobody waits for. */
  | { type: 'function.started'; call: string; function: string; turn: number }
  /** It has ended; `completion.delivered` follows under the call's id. */
  | { type: 'function.finished'; call: string; function: string; outcome: ToolOutcomeName }
  /** The agent gets a turn at this time. */
  | { type: 'followup.scheduled'; followUp: string; dueAt: number }
  | { type: 'followup.cancelled'; followUp: string }
  /** Its time has come: it is put before the model at its next step, or by a turn of its own. */
  | { type: 'followup.due'; followUp: string }
  | ({ type: 'task.queued'; mode: TaskMode; cause: StartCause } & TaskName)
  | { type: 'task.refused'; agent: string; reason: string }
  | ({ type: 'task.started' } & TaskName)
  /** A message for the task was accepted; `task.steered` follows. */
  | { type: 'task.steering'; task: string; message: string; mode: SteerMode }
  /** The receipt: the step of the task that was the first to see the message; null when the task ended before. */
  | {
      type: 'task.steered';
      task: string;
      message: string;
      turn: number | null;
      appliedAtStep: number | null;
    }
  /** The task asks its starter, and does no step until it is answered: its own step that asks. */
  | ({ type: 'task.asked'; task: string } & TaskQuestion)
  /** The task stands still as soon as its running step has ended. */
  | { type: 'task.paused'; task: string }
  /** It goes on: at once, when the cap has room for it (`queued`), or when it has an answer (`waiting_input`). */
  | { type: 'task.resumed'; task: string; status: 'running' | 'queued' | 'waiting_input' }
  /** A transfer that is not waited for any longer: it goes on beside the conversation. */
  | { type: 'task.detached'; task: string }
  | { type: 'task.cancelling'; task: string; mode: StopMode }
  | ({
      type: 'task.finished';
      status: TaskStatus;
      partial: boolean;
      usage: Usage;
      runtimeMs: number | null;
      error: EventError | null;
      files: number;
    } & TaskName)
  /** It has run for a while without an end: the agent that started it gets a turn to say something. */
  | { type: 'task.slow'; task: string; runtimeMs: number }
  /** The end of these tasks was put before the model of this turn. */
  | { type: 'completion.delivered'; tasks: string[]; turn: number; by: 'notice' | 'tool' }
  /** The agent's words after that. */
  | { type: 'completion.spoken'; tasks: string[]; message: string }
  /** What these tasks ask, or which budget they wait for, was put before the model of this turn. */
  | { type: 'question.delivered'; tasks: string[]; turn: number; by: 'notice' | 'tool' }
  /** Most of a budget is used; `task` is null for the conversation itself. The agent is told with its next step. */
  | ({ type: 'budget.warned'; task: string | null } & BudgetUse)
  /** A model call was not made. A task that may ask for more waits for it. */
  | ({ type: 'budget.exhausted'; task: string | null; asks: boolean } & BudgetUse)
  /** The new limits: of a task, or (null) of the whole tree. What is null stays as it is. `by`: the principal. */
  | ({ type: 'budget.extended'; task: string | null; by: string | null } & Record<BudgetUnit, number | null>);

/** `background` runs beside; `transfer` is waited for; one becomes the other when the wait ends early. */
export type TaskMode = 'background' | 'transfer';
export type StartCause = 'model' | 'signal' | 'api' | 'hook';

export type ConversationEvent = { offset: number; at: number } & EventBody;
