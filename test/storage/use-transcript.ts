import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { ConversationId } from '../../protocol/ids.ts';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import { inSession, makeReply, makeSession, textsOf } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

/** A store for the file's tests, and a conversation of its own for each. */
export function useTranscript() {
  let store: Store;
  let conversation: ConversationId;
  let count = 0;
  beforeAll(async () => {
    store = await openStore(await makeStorePlace());
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    count += 1;
    const session = `ses_${count}`;
    await store.sessions.create(makeSession(session));
    conversation = inSession(session);
  });
  return {
    /** For the tests themselves: before them there is none. */
    here: () => ({ store, conversation }),
    /** Whether it is new. */
    open: async (turn: number, step: number, run = 'run-1') => {
      const { isNew } = await store.transcript.openStep(conversation, {
        turn,
        step,
        run,
        head: [turn, step, 0],
      });
      return isNew;
    },
    claim: (turn: number, step: number, requestHash: string) =>
      store.transcript.claimStep(conversation, { turn, step, run: 'run-1', requestHash }),
    commit: (...reply: Parameters<typeof makeReply>) =>
      store.transcript.commitReply(conversation, makeReply(...reply)),
    texts: async () => textsOf(await store.transcript.read(conversation)),
  };
}
