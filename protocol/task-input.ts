import type { SendMessage } from './session-messages.ts';
import type { RolloverThreshold } from './task.ts';
import type { Roster } from './team.ts';
import type { TaskOutcome } from './transcript.ts';

/** The input of the `task` workflow: ids and control only, the text waits in the store. */
export interface TaskInput {
  workspace: string;
  session: string;
  task: string;
  starter: string | null;
  agent: string;
  title: string;
  depth: number;
  /** Agents above this one, nearest last: a task may not start one of them. */
  ancestors: string[];
  maxTurns?: number;
  roster: Roster;
  user: string | null;
  rollover: RolloverThreshold;
  /** How the tasks that it waited for ended: what they said is read from the store. */
  prerequisites?: TaskOutcome[];
  /** What it was told while it was queued. */
  messages?: SendMessage[];
  /** Present when the task continues as new: the state of the run before. */
  carried?: unknown;
}
