/** The life of a session as a whole: it is opened, its hooks run, it closes. */
import type { ConversationEvent } from '../protocol/events.ts';
import type { ConversationState } from './conversation-state.ts';

type SessionEvent = Extract<ConversationEvent, { type: `session.${string}` | `hook.${string}` }>;

export function isSessionEvent(event: ConversationEvent): event is SessionEvent {
  return /^(?:session|hook)\./.test(event.type);
}

export function foldSessionEvent(state: ConversationState, event: SessionEvent): void {
  switch (event.type) {
    case 'session.opened':
      state.isOpening = (state.roster.session?.pre.length ?? 0) > 0;
      return;
    case 'hook.started':
    case 'hook.finished':
      return;
    case 'session.ready':
      state.isOpening = false;
      return;
    case 'session.closing':
      state.status = 'closing';
      state.closeReason = event.reason;
      state.isAborted = event.aborted === true;
      return;
    case 'session.closed':
      state.status = 'closed';
  }
}
