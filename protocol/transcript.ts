/** The transcript: append-only rows, ordered by place. Spec: "Transcript and cost". */
import type { BudgetUse } from './budget.ts';
import type { InputPart, Part, ToolCall, Usage } from './content.ts';
import type { TaskQuestion, TaskStatus } from './task.ts';
import type { DialectName } from './team.ts';

/** Where a row stands in its conversation: turn, step (both from 1) and the ordinal within the step (from 0). */
export type Place = readonly [turn: number, step: number, ordinal: number];

export function comparePlaces(a: Place, b: Place): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** How a task ended, or how it stands, for a notice or an answer that is written out where the store can be read. */
export interface TaskOutcome {
  task: string;
  agent: string;
  title: string;
  status: TaskStatus;
  partial: boolean;
  runtimeMs: number | null;
  /** How many messages came too late for it, where there are any. */
  missedMessages?: number;
  /** Of one that waits for an answer. */
  asks?: TaskQuestion;
  /** Of one that waits for a larger budget. */
  shortage?: BudgetUse;
  /** It is told because it takes long. */
  isSlow?: true;
}

/**
 * Content that was born in a workflow and goes to the store with the next model call. Large text is not in it:
 * what a task said is named by reference and written out by the activity that stores the row.
 */
export type NewRow =
  | { kind: 'user'; place: Place; id: string; at: number; content: InputPart[] }
  /** Ends of tasks, their questions, and which of them are slow. */
  | {
      kind: 'completion';
      place: Place;
      id: string;
      at: number;
      tasks: TaskOutcome[];
      dialect?: DialectName;
    }
  /** The end of a function that nobody waited for. */
  | { kind: 'function_end'; place: Place; id: string; at: number; outcome: TaskOutcome; text: string }
  /** What a task gets of those that it waited for. */
  | { kind: 'prerequisites'; place: Place; id: string; at: number; tasks: TaskOutcome[] }
  /** Words of the system for the user (a failed turn, a limit); the model sees a short note of it. */
  | { kind: 'system'; place: Place; id: string; at: number; text: string }
  /** Words that the team's file puts into an agent's mouth: the user reads them as the agent's own. */
  | { kind: 'spoken_for'; place: Place; id: string; at: number; agent: string; text: string }
  /** Words of the system for the model alone, such as who handed over or that this is the last step. */
  | { kind: 'instruction'; place: Place; id: string; at: number; text: string }
  | {
      kind: 'tool';
      place: Place;
      id: string;
      at: number;
      call: string;
      tool: string;
      outcome: ToolOutcomeName;
      text: string;
    }
  | {
      kind: 'tool_tasks';
      place: Place;
      id: string;
      at: number;
      call: string;
      tool: string;
      answer: TasksAnswer;
    };

/** The answer of a wait, a transfer or a list: the results and the progress are read from the store. */
export interface TasksAnswer {
  tasks: TaskOutcome[];
  timedOut: boolean;
  /** Why the wait ended before its time, told to the model. */
  endedEarly: 'user_message' | 'interrupted' | 'task_waits' | null;
  /** A transfer gives the result alone, a wait gives results, a list a line for each. */
  form: 'wait' | 'transfer' | 'list';
  /** Left out for the default one. */
  dialect?: DialectName;
}

export type ToolOutcomeName = 'ok' | 'error' | 'cancelled';

/** A row as it is stored and read. */
export interface TranscriptRow {
  place: Place;
  id: string;
  role: 'user' | 'assistant' | 'tool' | 'system';
  /** A model call renders each kind in its own way. What the user was told beside the model's own words is `system`. */
  kind: 'user' | 'assistant' | 'tool' | 'completion' | 'system' | 'instruction';
  agent: string | null;
  content: Part[];
  toolCalls: ToolCall[];
  /** For role `tool`: which call it answers, and how that went. */
  call: string | null;
  tool: string | null;
  outcome: ToolOutcomeName | null;
  status: 'committed' | 'interrupted';
  at: number;
  usage: Usage | null;
  model: string | null;
  stopReason: string | null;
}
