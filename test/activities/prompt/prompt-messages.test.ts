import { describe, expect, it } from '@jest/globals';
import { toPromptMessages } from '../../../activities/prompt/prompt-messages.ts';
import type { LoadFile } from '../../../activities/prompt/prompt-messages.ts';
import type { Part } from '../../../protocol/content.ts';
import type { TranscriptRow } from '../../../protocol/transcript.ts';
import { makeRow } from '../../../storage/transcript-row.ts';

const noFile: LoadFile = () => Promise.reject(new Error('no file'));
const text = (words: string): Part[] => [{ type: 'text', text: words }];

const user = (content: Part[]): TranscriptRow =>
  makeRow({ place: [1, 1, 0], id: 'm1', at: 1, role: 'user', kind: 'user', content });
const reply = makeRow({
  ...{ place: [1, 1, 1], id: 'm2', at: 1, role: 'assistant', kind: 'assistant', content: text('I look.') },
  toolCalls: [{ id: 'call_1', name: 'look', arguments: {} }],
});
const result = makeRow({
  ...{ place: [1, 1, 2], id: 'm3', at: 1, role: 'tool', kind: 'tool', content: text('seen') },
  ...{ call: 'call_1', tool: 'look', outcome: 'ok' },
});

describe('the rows of a transcript', () => {
  it('that were rendered before are the same message in the next prompt', async () => {
    const rows = [user(text('hello')), result];
    const first = await toPromptMessages(rows, noFile);
    const second = await toPromptMessages([...rows, user(text('more'))], noFile);
    expect(first).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hello' }] },
      { role: 'tool', call: 'call_1', tool: 'look', text: 'seen', isError: false },
    ]);
    expect(second).toHaveLength(3);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
  });

  it('have a result for every call: the stored one as soon as it is there', async () => {
    for (const [, missing] of [
      await toPromptMessages([reply], noFile),
      await toPromptMessages([reply], noFile),
    ]) {
      expect(missing).toMatchObject({ role: 'tool', call: 'call_1', isError: true });
    }
    expect(await toPromptMessages([reply, result], noFile)).toMatchObject([
      { role: 'assistant' },
      { role: 'tool', text: 'seen', isError: false },
    ]);
  });

  it('with a file have it loaded each time, and none of it is kept', async () => {
    const row = user([{ type: 'image', mediaType: 'image/png', fileId: 'file_1' }]);
    let loads = 0;
    const load: LoadFile = () => {
      loads += 1;
      return Promise.resolve({ name: 'a.png', mediaType: 'image/png', base64: `v${loads}` });
    };
    await toPromptMessages([row], load);
    const [again] = await toPromptMessages([row], load);
    expect(JSON.stringify(again)).toContain('v2');
  });
});
