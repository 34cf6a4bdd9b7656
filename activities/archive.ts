import type { Activities } from '../protocol/activities.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Writes what only a workflow's run had to the store, before that run is over. Repeating it changes nothing. */
export function createArchive({ store }: ActivityDependencies): Activities['archive'] {
  return async ({ events, append, status, ...conversation }) => {
    await store.transcript.append(conversation, append);
    await store.events.append(conversation, events);
    if (status === undefined) return;
    const { view, ...change } = status;
    await store.sessions.setStatus(conversation.workspace, conversation.session, {
      ...change,
      finalView: view,
    });
  };
}
