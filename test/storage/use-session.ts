import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import { makeSession } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

/** A store for the file's tests, and a session of its own for each. For the tests themselves: before them there is none. */
export function useSession(): () => { store: Store; session: string } {
  let store: Store;
  let session: string;
  let count = 0;
  beforeAll(async () => {
    store = await openStore(await makeStorePlace());
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    count += 1;
    session = `ses_${count}`;
    await store.sessions.create(makeSession(session));
  });
  return () => ({ store, session });
}
