/** What other programs may send to a conversation's workflow: updates are requests, signals facts or commands. */
import type { BudgetLimits, BudgetUse } from './budget.ts';
import type { InputPart, Usage } from './content.ts';
import type { ConversationEvent, Delivery, EventBody, TaskMode, TurnOutcome } from './events.ts';
import type { OnClose, Roster } from './team.ts';
import type {
  Receipt,
  RolloverThreshold,
  SteerMode,
  StopMode,
  TaskQuestion,
  TaskReport,
  TaskRequest,
  TaskStatus,
} from './task.ts';
import type { NewRow } from './transcript.ts';

/** The input of the `session` workflow. */
export interface SessionInput {
  workspace: string;
  session: string;
  roster: Roster;
  agent: string;
  user: string | null;
  title: string | null;
  /** The demo model answers: said in the feed. */
  demo: boolean;
  /** A first message, accepted with the session itself. */
  message?: SendMessage;
  /** Test and operator settings: when the session continues as new. */
  rollover: RolloverThreshold;
  /** Present when the session continues as new. */
  carried?: unknown;
}

export interface SendMessage {
  id: string;
  /** Of the body (hex): the same id with another one is refused. */
  hash: string;
  content: InputPart[];
  /** `next_step` when left out. */
  delivery?: Delivery;
}

/** What the workflow says of a message that it took; who sent it knows its id. */
export type Accepted = Omit<Acknowledgement, 'message'>;

/** How the turn ended that took a message, without words: they are in the store. */
export interface TurnEnd {
  turn: number;
  outcome: TurnOutcome;
  /** What a model said last in it, and when that was recorded; null: nothing. */
  reply: { message: string; at: number } | null;
}

/** Where a message went: the turn that takes it, unless that turn fails before. */
export interface Acknowledgement {
  message: string;
  turn: number;
  offset: number;
}

export interface CloseRequest {
  reason: string;
  /** What the team says (`on_close`) when left out. */
  tasks?: OnClose;
  /** Set where the session is deleted: nothing runs after it. */
  withoutPost?: true;
}

/** What the workflow of the hooks before a session tells it of them. */
export type HookNews = Extract<EventBody, { type: `hook.${string}` | `variables.${string}` }>;

export interface StopTaskRequest {
  task: string;
  mode: StopMode;
}

export interface SteerRequest {
  task: string;
  id: string;
  hash: string;
  text: string;
  /** `append` when left out. */
  mode?: SteerMode;
}

/** What a starter tells a task beside words: sent one after the other, so that they arrive in this order. */
export type TaskCommand =
  | { kind: 'pause' }
  | { kind: 'resume' }
  /** Milliseconds from its arrival on. */
  | { kind: 'wrap_up'; withinMs: number };

/** What waits for its way to a task. `stop` goes as a cancellation of its workflow. */
export type TaskOrder = { kind: 'message'; message: SendMessage } | { kind: 'stop' } | TaskCommand;

/** Where a task's step took a message of its starter. */
export interface SteerReceipt {
  message: string;
  turn: number;
  step: number;
}

/** Names of the handlers, one place for both sides. */
export const UPDATES = {
  sendMessage: 'sendMessage',
  interrupt: 'interrupt',
  startTask: 'startTask',
  stopTask: 'stopTask',
  steerTask: 'steerTask',
  pauseTask: 'pauseTask',
  resumeTask: 'resumeTask',
  extendBudget: 'extendBudget',
  close: 'close',
} as const;
export const SIGNALS = {
  startTask: 'startTask',
  taskReport: 'taskReport',
  taskMessage: 'taskMessage',
  taskCommand: 'taskCommand',
  taskSteered: 'taskSteered',
  taskAsked: 'taskAsked',
  taskExhausted: 'taskExhausted',
  hookNews: 'hookNews',
} as const;
export const QUERIES = { read: 'read' } as const;

export interface UpdateResults {
  /** `end` where it was waited for; null when the workflow cannot say. */
  sendMessage: Accepted & { end?: TurnEnd | null };
  interrupt: { turn: number | null; changed: boolean };
  startTask: { task: string; status: TaskStatus; existing: boolean };
  stopTask: Receipt;
  steerTask: Accepted;
  pauseTask: HeldTask;
  resumeTask: HeldTask;
  /** Those of its tasks that go on with it. */
  extendBudget: { tasks: string[] };
  close: { status: string; changed: boolean };
}

export interface HeldTask {
  status: TaskStatus;
  changed: boolean;
}

export interface UpdateArguments {
  /** `untilEnd`: answered when the turn that takes it has ended. Without it, the waits for that message are over. */
  sendMessage: SendMessage & { untilEnd?: true };
  interrupt: { reason?: string };
  startTask: TaskRequest;
  stopTask: StopTaskRequest;
  steerTask: SteerRequest;
  pauseTask: { task: string };
  resumeTask: { task: string };
  extendBudget: BudgetExtension;
  close: CloseRequest;
}

export interface SignalArguments {
  startTask: TaskRequest;
  taskReport: TaskReport;
  /** From a starter to its task: words to put before the model at its next step. */
  taskMessage: SendMessage;
  /** From a starter to its task. */
  taskCommand: TaskCommand;
  /** From a task to its starter: what became of a message. */
  taskSteered: SteerReceipt & { task: string };
  /** From a task to its starter: it stands still until it is answered. */
  taskAsked: TaskQuestion & { task: string };
  /** From a task to its starter: it waits for a larger budget. */
  taskExhausted: { task: string; use: BudgetUse };
  /** From the hooks before a session to the session. */
  hookNews: HookNews;
}

/** The answer of the query `read(fromOffset)`: everything that the store does not have yet, at one offset. */
export interface ConversationRead {
  view: ConversationView;
  /** From `fromOffset` on, at most a page; events of earlier runs are in the store. */
  events: ConversationEvent[];
  /** The first offset that this run still has. */
  firstOffset: number;
  /** Content that the store does not have yet. */
  unstored: NewRow[];
  /** Messages that wait for a turn: not yet placed in the transcript. */
  waiting: { id: string; at: number; content: InputPart[]; delivery: Delivery }[];
}

export interface ConversationView {
  status: 'opening' | 'idle' | 'busy' | 'closing' | 'closed' | 'aborted';
  agent: string;
  offset: number;
  turn: number;
  step: number;
  phase: 'idle' | 'model' | 'tools';
  currentTool: string | null;
  lastOutcome: TurnOutcome | null;
  usage: Usage;
  treeUsage: Usage;
  tasks: TaskView[];
  closeReason: string | null;
  startedAt: number;
  updatedAt: number;
}

/** The limits are in the ledger; the conversation is told, and lets go on who waits for them. */
export interface BudgetExtension {
  /** Of one of its tasks; null for the whole tree. */
  task: string | null;
  limits: BudgetLimits;
  /** The principal who asked for it. */
  by?: string | null;
}

export interface TaskView {
  id: string;
  agent: string;
  title: string;
  depth: number;
  mode: TaskMode;
  status: TaskStatus;
  /** What it asks and has no answer to. */
  asks: TaskQuestion | null;
  partial: boolean;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  usage: Usage | null;
  error: { type: string; message: string } | null;
  files: number;
  /** The budget that it waits for. */
  shortage?: BudgetUse;
  notice: { state: 'none' | 'pending' | 'delivered' | 'spoken'; turn: number | null; message: string | null };
}
