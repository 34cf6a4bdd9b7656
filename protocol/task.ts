/** Tasks: one run of a background agent beside the conversation. Spec: background-agents.md. */
import type { Usage } from './content.ts';

export type TaskStatus =
  'queued' | 'running' | 'waiting_input' | 'paused' | 'cancelling' | 'completed' | 'failed' | 'cancelled';

const TERMINAL_STATUSES: readonly TaskStatus[] = ['completed', 'failed', 'cancelled'];

export function isTerminal(status: TaskStatus): boolean {
  return TERMINAL_STATUSES.includes(status);
}

/** `wrap_up` asks for an answer with what there is, in one last step without tools; then `now`. */
export type StopMode = 'now' | 'wrap_up';
/** Before the model at the next step, or at once: the running step is interrupted. */
export type SteerMode = 'append' | 'interrupt';

/** Where a task asks its starter: its calls of `ask_starter` in this step hold the words. */
export interface TaskQuestion {
  turn: number;
  step: number;
}

/** What a task in `waiting_input` waits for; one that is paused may wait for it, too. */
export type AwaitedThing = 'answer' | 'budget';

/** What a task last said of how far it is. */
export interface TaskProgress {
  message: string;
  percent: number | null;
}

/** Who started a task: the session's conversation (`task: null`) or another task of it. */
export interface Starter {
  task: string | null;
}

/** What is asked of a new task, by a model's tool call, the signal or the update `startTask`. */
export interface TaskRequest {
  /** Chosen by the caller when it must know it beforehand (the API), else made by the workflow. */
  id?: string;
  agent: string;
  task: string;
  title?: string;
  expectedOutput?: string;
  attachments?: string[];
  context?: 'none' | 'recent' | 'all';
  variables?: Record<string, unknown>;
  /** `group`: one notice when the last task of its group has ended. */
  notify?: 'always' | 'failure' | 'group' | 'never';
  group?: string;
  /** Tasks of the same starter that have to end first; their results are handed over. */
  dependsOn?: string[];
  /** Model calls that it may make, within what its agent may; then it has to answer. */
  maxTurns?: number;
  /** Of the sub-agent's entry: variables of the task, made from those of its starter. */
  input?: Record<string, unknown>;
  /** The same key of the same starter gives the task that it already started. */
  key?: string;
}

/** When a run continues as new: after so many turns, or events of its history. */
export interface RolloverThreshold {
  turns: number;
  events: number;
}

export const DEFAULT_ROLLOVER: RolloverThreshold = { turns: 64, events: 1000 };

/** How a task ended. Its words are in the store. */
export interface TaskReport {
  task: string;
  status: 'completed' | 'failed' | 'cancelled';
  partial: boolean;
  usage: Usage;
  startedAt: number;
  endedAt: number;
  error: { type: string; message: string } | null;
  files: number;
  /** Characters of its result: tells whether a tool's answer held all of it. */
  resultSize: number;
  /** The tasks below it that its stop ended too, for the receipt. */
  stopped: StoppedTask[];
}

export interface StoppedTask {
  id: string;
  agent: string;
  status: TaskStatus;
  partial: boolean;
}

export interface Receipt {
  mode: StopMode;
  changed: boolean;
  tasks: StoppedTask[];
  quiet: boolean;
}
