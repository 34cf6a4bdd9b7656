import { describe, expect, it } from '@jest/globals';
import type { ProviderCall } from '../../activities/model/provider.ts';
import { createScriptedModels } from './scripted-models.ts';

const ask = (model: string): ProviderCall => ({
  model: { model } as ProviderCall['model'],
  request: { system: '', messages: [], tools: [], toolChoice: 'auto' },
  signal: new AbortController().signal,
  onDelta: () => undefined,
  idleTimeoutMs: 1000,
});

describe('the scripted models of several sessions', () => {
  it('give each session its own lines, also one that goes on when the next is open', async () => {
    const models = createScriptedModels();
    const first = models.add({ root: [{ say: 'One.' }, { say: 'Two.' }] });
    const say = async (name: string): Promise<string> => (await models.provider.call(ask(name))).text;
    expect(await say(first.nameFor('root'))).toBe('One.');
    const second = models.add({ root: [{ say: 'Mine.' }] });
    expect(await say(first.nameFor('root'))).toBe('Two.');
    expect(second.calls).toEqual([]);
    expect(await say(second.nameFor('root'))).toBe('Mine.');
    expect([first, second].map(({ calls }) => calls.map(({ agent }) => agent))).toEqual([
      ['root', 'root'],
      ['root'],
    ]);
  });

  it('refuse a model that no session has', () => {
    const models = createScriptedModels();
    expect(() => models.provider.call(ask('7:root'))).toThrow('no script for 7:root');
  });
});
