import { beforeEach } from '@jest/globals';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Store } from '../../storage/store.ts';
import { inSession, makeReply, textsOf } from './store-fixture.ts';
import { useSession } from './use-session.ts';

/** A store for the file's tests, and a conversation of its own for each. */
export function useTranscript() {
  const session = useSession();
  let store: Store;
  let conversation: ConversationId;
  beforeEach(() => {
    ({ store } = session());
    conversation = inSession(session().session);
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
