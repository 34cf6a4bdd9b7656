/**
 * The state of a conversation (a session's or a task's), folded from its events. Plain JSON without content: what
 * was said is in the store, except what waits in `unplaced` and `unstored` for its way there.
 */
import type { BudgetLimits, BudgetScope, BudgetUse } from '../protocol/budget.ts';
import { NO_USAGE } from '../protocol/content.ts';
import type { InputPart, Usage } from '../protocol/content.ts';
import type { ConversationEvent, EventError, TaskMode, TurnCause, TurnOutcome } from '../protocol/events.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { SteerReceipt, TaskOrder } from '../protocol/session-messages.ts';
import type { StopMode, StoppedTask, TaskQuestion, TaskRequest, TaskStatus } from '../protocol/task.ts';
import type { Roster } from '../protocol/team.ts';
import type { NewRow, Place } from '../protocol/transcript.ts';
import type { FollowUp, FunctionCall } from './function-state.ts';
import type { InboxItem } from './inbox-item.ts';
import { completeRoster } from './roster.ts';

/** What a task may wait for from outside. */
export type Hold = 'paused' | 'question' | 'budget';

export interface TaskRecord {
  id: string;
  agent: string;
  /** What its starter calls the agent. */
  name: string;
  title: string;
  depth: number;
  mode: TaskMode;
  notify: NonNullable<TaskRequest['notify']>;
  group: string | null;
  key: string | null;
  /** Tasks of this conversation that have to end before it starts. */
  dependsOn: string[];
  maxTurns: number | null;
  status: TaskStatus;
  /** What it asks and has no answer to. It may be paused, too. */
  asks: TaskQuestion | null;
  /** Its starter was told that it still waits. */
  isReminded: boolean;
  /** What the store was told of how it stands; null: it knows by itself. */
  kept: string | null;
  /** How it was told to stop. */
  stopMode: StopMode | null;
  /** Messages for it that it has not confirmed yet. */
  steering: string[];
  /** The budget that it waits for. */
  shortage?: BudgetUse;
  /** Limits of its own budget that were set since it began. */
  extendedTo?: BudgetLimits;
  /** When the agent was last told that it is slow. */
  nudgedAt?: number;
  /** How many messages came too late for it. */
  missedMessages: number;
  /** How far its start came: its text is in the store (`opened`), its workflow was asked for, it is confirmed. */
  launch: 'unopened' | 'opened' | 'starting' | 'started';
  partial: boolean;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  runtimeMs: number | null;
  usage: Usage | null;
  error: EventError | null;
  files: number;
  resultSize: number;
  /** What its stop ended below it. */
  stopped: StoppedTask[];
  notice: { state: 'none' | 'pending' | 'delivered' | 'spoken'; turn: number | null; message: string | null };
}

/** A message id that was accepted, with the hash of its body and the answer that was given. */
export interface SeenMessage {
  id: string;
  hash: string;
  turn: number;
  offset: number;
}

/** A command that a repeat would carry out anew, by the id of its request, and the answer that was given. */
export interface AnsweredCommand {
  request: string;
  answer: unknown;
}

export interface ConversationState {
  id: ConversationId;
  roster: Roster;
  agent: string;
  /** 0 for a session, 1 for the tasks that it starts. */
  depth: number;
  ancestors: string[];
  status: 'open' | 'closing' | 'closed';
  closeReason: string | null;
  /** A hook said that there is to be no session. */
  isAborted: boolean;
  /** The hooks before the session run: no turn begins. */
  isOpening: boolean;
  startedAt: number;
  /** The time of the last event. */
  changedAt: number;

  /** The last event's offset, and the events of this run that the store does not have. */
  offset: number;
  archivedOffset: number;
  events: ConversationEvent[];

  turn: number;
  /** 0 before the first step of a turn. */
  step: number;
  turnOpen: boolean;
  turnCause: TurnCause | null;
  turnUsage: Usage;
  /** Whether the agent has said something in this turn, and what is said for it when it does not. */
  turnSpoken: boolean;
  holdingMessage: string | null;
  /** Handoffs of this turn, and the step after which the active agent took over (0: it had the turn from its start). */
  turnHandoffs: number;
  agentSinceStep: number;
  /** Steps of the conversation as a whole, and how many of them a task may have. */
  steps: number;
  maxTurns: number | null;
  /** The turn that was told to stop. */
  interruptedTurn: number | null;
  lastOutcome: TurnOutcome | null;
  phase: 'idle' | 'model' | 'tools';
  currentTools: string[];

  /** Why a task stands still before its next step, until each reason is taken away. */
  holds: Hold[];
  /** A task that is to answer with what it has, in one last step. */
  wrapsUp: boolean;
  /** What a task asks and its starter has not been told yet. */
  untoldQuestion: TaskQuestion | null;
  /** Budgets of whose near end the agent was told. */
  budgetWarned: BudgetScope[];
  /** The budget for want of which its last call was not made; what of it the starter has not been told yet. */
  shortage: BudgetUse | null;
  untoldShortage: BudgetUse | null;
  /** Limits of the tree that it was told of. */
  treeExtendedTo: BudgetLimits;
  /** What a task's steps took of its starter's messages, and the starter has not been told yet. */
  receipts: SteerReceipt[];

  /** The last place that this workflow recorded. */
  head: Place;
  inbox: InboxItem[];
  /** Content of accepted messages that no step has taken yet. */
  unplaced: Record<string, { at: number; content: InputPart[] }>;
  /** Rows that go to the store with the next model call. */
  unstored: NewRow[];
  seen: SeenMessage[];
  answered: AnsweredCommand[];

  tasks: TaskRecord[];
  /** What was asked of tasks whose text is not in the store yet. */
  unopened: Record<string, TaskRequest>;
  /** What tasks are to be told, in order: until their workflows run, or until it has arrived there. */
  undelivered: Record<string, TaskOrder[]>;
  /** Tasks whose end the model has read and not yet spoken of. */
  unspoken: string[];

  /** By their ids. */
  functionCalls: Record<string, FunctionCall>;
  followUps: FollowUp[];
  /** Why the agent wants the session closed with the turn that runs. */
  endReason: string | null;

  /** Variables that templates asked for in vain, as far as that was told. */
  toldMissing: string[];

  usage: Usage;
  taskUsage: Usage;
  /** Files that the agent saved, counted for the notice. */
  files: number;
}

export interface Opening {
  id: ConversationId;
  roster: Roster;
  agent: string;
  depth: number;
  ancestors: string[];
  maxTurns?: number | null;
  at: number;
}

export function openConversation(opening: Opening): ConversationState {
  return {
    id: opening.id,
    roster: completeRoster(opening.roster),
    agent: opening.agent,
    depth: opening.depth,
    ancestors: opening.ancestors,
    status: 'open',
    closeReason: null,
    isAborted: false,
    isOpening: false,
    startedAt: opening.at,
    changedAt: opening.at,
    offset: 0,
    archivedOffset: 0,
    events: [],
    turn: 0,
    step: 0,
    turnOpen: false,
    turnCause: null,
    turnUsage: { ...NO_USAGE },
    turnSpoken: false,
    holdingMessage: null,
    turnHandoffs: 0,
    agentSinceStep: 0,
    steps: 0,
    maxTurns: opening.maxTurns ?? null,
    interruptedTurn: null,
    lastOutcome: null,
    phase: 'idle',
    currentTools: [],
    holds: [],
    wrapsUp: false,
    untoldQuestion: null,
    budgetWarned: [],
    shortage: null,
    untoldShortage: null,
    treeExtendedTo: {},
    receipts: [],
    head: [0, 0, 0],
    inbox: [],
    unplaced: {},
    unstored: [],
    seen: [],
    answered: [],
    tasks: [],
    unopened: {},
    undelivered: {},
    unspoken: [],
    functionCalls: {},
    followUps: [],
    endReason: null,
    toldMissing: [],
    usage: { ...NO_USAGE },
    taskUsage: { ...NO_USAGE },
    files: 0,
  };
}

export function findTask(state: ConversationState, task: string): TaskRecord | undefined {
  return state.tasks.find((record) => record.id === task);
}

/** What events say of a task, so that a reader who comes late can name it. */
export function toTaskName({ id, agent, title, depth }: TaskRecord): {
  task: string;
  agent: string;
  title: string;
  depth: number;
} {
  return { task: id, agent, title, depth };
}
