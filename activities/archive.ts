import type { Activities } from '../protocol/activities.ts';
import { currentConversation } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Writes what only a workflow's run has to the store, before that run is over. Repeating it changes nothing. */
export function createArchive({ store, tasks }: ActivityDependencies): Activities['archive'] {
  return async ({ from, to, status }) => {
    const conversation = currentConversation();
    let read = await tasks.read(conversation, from);
    await store.transcript.append(conversation, read.unstored);
    for (let next = from; next <= to;) {
      const events = read.events.filter(({ offset }) => offset <= to);
      await store.events.append(conversation, events);
      // None: the next run has begun, so an earlier attempt has done it all.
      next = (events.at(-1)?.offset ?? to) + 1;
      if (next <= to) read = await tasks.read(conversation, next);
    }
    if (status === undefined) return;
    const { workspace, session } = conversation;
    await store.sessions.setStatus(workspace, session, { ...status, finalView: read.view });
  };
}
