/** What waits for a turn. */
import type { Delivery } from '../protocol/events.ts';

export type InboxItem =
  | { kind: 'message'; id: string; delivery: Delivery }
  /** The end of a task, or of a function that nobody waited for, to be put before the model. */
  | { kind: 'completion'; task: string }
  /** A task that waits for an answer, or for a larger budget. */
  | { kind: 'question'; task: string }
  /** A task that is slow. */
  | { kind: 'nudge'; task: string }
  /** The agent has asked for a turn at a time, and it has come. */
  | { kind: 'follow_up'; id: string };
