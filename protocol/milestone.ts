import type { TurnOutcome } from './events.ts';
import type { TaskStatus } from './task.ts';

/** What operators hear of a conversation, in logs and as numbers. Never content, and no words of a failure. */
export type Milestone =
  | { type: 'session.opened' | 'session.closed' }
  | { type: 'step.started'; turn: number; step: number }
  /** `failure`: its type, such as `model.rate_limited`. */
  | { type: 'turn.finished'; turn: number; outcome: TurnOutcome; failure: string | null }
  | {
      type: 'task.finished';
      task: string;
      status: TaskStatus;
      failure: string | null;
      runtimeMs: number | null;
    };
