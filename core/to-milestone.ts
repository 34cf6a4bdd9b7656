import type { EventBody } from '../protocol/events.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Milestone } from '../protocol/milestone.ts';

/** Null for an event that operators need not hear of, one by one. */
export function toMilestone({ task }: ConversationId, event: EventBody): Milestone | null {
  switch (event.type) {
    case 'session.opened':
    case 'session.closed':
      return { type: event.type };
    case 'step.started':
      return { type: event.type, turn: event.turn, step: event.step };
    case 'turn.finished': {
      const { type, turn, outcome, error } = event;
      return { type, turn, outcome, failure: error?.type ?? null };
    }
    case 'task.finished': {
      // It is in the task's own feed and in its starter's, which hears of every end.
      if (event.task === task) return null;
      const { type, status, error, runtimeMs } = event;
      return { type, task: event.task, status, failure: error?.type ?? null, runtimeMs };
    }
    default:
      return null;
  }
}
