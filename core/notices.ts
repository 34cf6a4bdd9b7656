/** How far the ends of tasks were told, as events say it that are kept when their conversation is over. */
import type { ConversationEvent } from '../protocol/events.ts';
import type { TaskView } from '../protocol/session-messages.ts';

export const NOTICE_EVENTS = ['completion.delivered', 'completion.spoken'] as const;

/** By task. `events`: those of any conversations of one session, in the order of each. */
export function readNotices(events: readonly ConversationEvent[]): Map<string, TaskView['notice']> {
  const notices = new Map<string, TaskView['notice']>();
  for (const event of events) {
    if (event.type === 'completion.delivered') {
      for (const task of event.tasks)
        notices.set(task, { state: 'delivered', turn: event.turn, message: null });
    }
    if (event.type !== 'completion.spoken') continue;
    for (const task of event.tasks) {
      const turn = notices.get(task)?.turn ?? null;
      notices.set(task, { state: 'spoken', turn, message: event.message });
    }
  }
  return notices;
}
