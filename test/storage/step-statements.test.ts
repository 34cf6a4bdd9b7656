import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Place } from '../../protocol/transcript.ts';
import { openEmbeddedDatabase, openServerDatabase } from '../../storage/open-database.ts';
import { SessionStore } from '../../storage/session-store.ts';
import { commitFirstReply, openNextStep } from '../../storage/step-statements.ts';
import type { Database } from '../../storage/tables.ts';
import { makeRow } from '../../storage/transcript-row.ts';
import { inSession, makeReply, makeSession, textsOf } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

let db: Kysely<Database>;
let conversation: ConversationId;
let count = 0;
beforeAll(async () => {
  const { databaseUrl = null } = await makeStorePlace();
  db = await (databaseUrl === null ? openEmbeddedDatabase(null) : openServerDatabase(databaseUrl));
});
afterAll(() => db.destroy());
beforeEach(async () => {
  count += 1;
  await new SessionStore(db).create(makeSession(`ses_${count}`));
  conversation = inSession(`ses_${count}`);
});

/** The texts that the step finds; null when it is none of the ordinary ones. */
async function open(turn: number, step: number, text: string, run = 'run-1'): Promise<string[] | null> {
  const place: Place = [turn, step, 0];
  const content = [{ type: 'text' as const, text }];
  const born = makeRow({ place, id: `m_${text}`, at: 1, role: 'user', kind: 'user', content });
  const range = { after: null, upTo: place };
  const rows = await openNextStep(db, conversation, { turn, step, run }, [born], range);
  return rows === null ? null : textsOf(rows);
}

async function commit(place: Place, { run = 'run-1', requestHash = 'hash' } = {}): Promise<boolean> {
  const row = makeRow({ ...makeReply(place, 'answer'), role: 'assistant', kind: 'assistant' });
  return (await commitFirstReply(db, conversation, { row, run, requestHash })) !== null;
}

describe('one statement', () => {
  it('opens the first step and those that follow, with their rows', async () => {
    expect(await open(1, 1, 'one')).toEqual(['one']);
    expect(await open(1, 2, 'two')).toEqual(['one', 'two']);
    expect(await open(3, 1, 'three')).toEqual(['one', 'two', 'three']);
  });

  it('opens nothing out of the ordinary, and leaves it as it was', async () => {
    await open(1, 2, 'one');
    expect(await open(1, 2, 'again')).toBeNull();
    expect(await open(1, 1, 'earlier')).toBeNull();
    expect(await open(2, 1, 'another run', 'run-2')).toBeNull();
    conversation = { ...conversation, session: 'ses_of_nobody' };
    expect(await open(1, 1, 'no session')).toBeNull();
    conversation = inSession(`ses_${count}`);
    expect(await open(2, 1, 'next')).toEqual(['one', 'next']);
  });

  it('commits the first reply to the open step of the run, and no other', async () => {
    await open(1, 1, 'one');
    expect(await commit([1, 2, 0])).toBe(false);
    expect(await commit([1, 1, 1], { run: 'run-2' })).toBe(false);
    expect(await commit([1, 1, 1])).toBe(true);
    expect(await commit([1, 1, 1])).toBe(false);
    expect(await commit([1, 1, 2])).toBe(false);
    expect(await open(1, 2, 'two')).toEqual(['one', 'answer', 'two']);
  });
});
