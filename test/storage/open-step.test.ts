import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationId } from '../../protocol/ids.ts';
import { REFUSALS } from '../../protocol/failures.ts';
import type { NewRow, Place } from '../../protocol/transcript.ts';
import type { Store } from '../../storage/store.ts';
import { makeReply, makeUserRow, textsOf } from './store-fixture.ts';
import { useTranscript } from './use-transcript.ts';

const { here, open, claim, commit, texts } = useTranscript();
let store: Store;
let conversation: ConversationId;
beforeEach(() => {
  ({ store, conversation } = here());
});

/** What a step with this head finds. */
async function know(head: Place, append: NewRow[], run = 'run-1'): Promise<string[]> {
  const [turn, step] = head;
  const { rows } = await store.transcript.openStep(conversation, { turn, step, run, head }, append);
  return textsOf(rows);
}

const stale = { type: REFUSALS.staleStep };

describe('a step', () => {
  it('is new once: there can be a reply to it when it was open before', async () => {
    expect(await open(1, 1)).toBe(true);
    expect(await open(1, 1)).toBe(false);
    expect(await open(1, 2)).toBe(true);
    // A run that comes back to an earlier step has taken back what was there.
    expect(await open(1, 1, 'run-2')).toBe(true);
    expect(await open(1, 1, 'run-2')).toBe(false);
  });

  it('takes nothing once a later step was opened', async () => {
    await open(1, 1);
    await open(1, 2);
    await expect(open(1, 1)).rejects.toMatchObject(stale);
    await expect(commit([1, 1, 1], 'zombie')).rejects.toMatchObject(stale);
    const late = { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] as Place };
    await expect(
      store.transcript.openStep(conversation, late, [makeUserRow([1, 1, 0], 'm1', 'zombie')]),
    ).rejects.toMatchObject(stale);
    await open(2, 1);
    await expect(open(1, 3)).rejects.toMatchObject(stale);
    expect(await texts()).toEqual([]);
  });

  it('takes nothing before it was opened', async () => {
    await expect(commit([1, 1, 1], 'early')).rejects.toMatchObject(stale);
    await open(1, 1);
    await expect(commit([1, 2, 0], 'early')).rejects.toMatchObject(stale);
  });

  it('is opened by the run that follows a rollover, and refused to the run before', async () => {
    await open(1, 1, 'run-1');
    await commit([1, 1, 1], 'kept');
    await open(2, 1, 'run-2');
    await expect(open(2, 2, 'run-1')).rejects.toMatchObject(stale);
    await expect(commit([2, 1, 1], 'zombie', { run: 'run-1' })).rejects.toMatchObject(stale);
    await commit([2, 1, 1], 'second', { run: 'run-2' });
    expect(await texts()).toEqual(['kept', 'second']);
  });

  it('may be opened earlier by a new run (a reset), which removes the rows from there on', async () => {
    await open(1, 1, 'run-1');
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'hello')]);
    await commit([1, 1, 1], 'one');
    await open(1, 2, 'run-1');
    await commit([1, 2, 0], 'two');
    await open(2, 1, 'run-1');
    await commit([2, 1, 1], 'three');
    await open(1, 2, 'run-2');
    expect(await texts()).toEqual(['hello', 'one']);
    await expect(open(2, 2, 'run-1')).rejects.toMatchObject(stale);
    await commit([1, 2, 0], 'another two', { run: 'run-2' });
    await open(2, 1, 'run-2');
    expect(await texts()).toEqual(['hello', 'one', 'another two']);
  });

  it('comes with the transcript up to its head: what was there, and what it brings along', async () => {
    expect(await know([1, 1, 0], [makeUserRow([1, 1, 0], 'm1', 'hello')])).toEqual(['hello']);
    await commit([1, 1, 1], 'one');
    await store.transcript.append(conversation, [makeUserRow([2, 1, 0], 'left behind', 'two?')]);
    const two = [makeUserRow([2, 1, 0], 'm2', 'two'), makeUserRow([2, 1, 1], 'm3', 'and more')];
    const known = ['hello', 'one', 'two', 'and more'];
    expect(await know([2, 1, 1], two)).toEqual(known);
    expect(await know([2, 1, 1], two)).toEqual(known);
    await commit([2, 1, 2], 'beyond');
    expect(await know([2, 1, 1], two)).toEqual(known);
    expect(await know([2, 2, 0], [makeUserRow([2, 2, 0], 'm4', 'three')])).toEqual([
      ...known,
      'beyond',
      'three',
    ]);
    // A reset takes back what this process remembers.
    expect(await know([2, 1, 1], [], 'run-2')).toEqual(['hello', 'one']);
    expect(await texts()).toEqual(['hello', 'one']);
  });

  it('that a reset opens anew does not meet the old reply', async () => {
    await claim(1, 1, 'hash');
    await commit([1, 1, 1], 'old');
    await open(1, 1, 'run-2');
    expect(await store.transcript.storedReply(conversation, 1, 1)).toBeNull();
  });

  it('of a reset task leaves the text that its starter wrote', async () => {
    const task = { ...conversation, task: 'agent_task_1' };
    await store.transcript.append(task, [makeUserRow([1, 1, 0], 'm1', 'do this')]);
    await store.transcript.openStep(task, { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] });
    await store.transcript.commitReply(task, makeReply([1, 1, 1], 'old'));
    await store.transcript.openStep(task, { turn: 1, step: 1, run: 'run-2', head: [1, 1, 0] });
    expect(textsOf(await store.transcript.read(task))).toEqual(['do this']);
  });
});
