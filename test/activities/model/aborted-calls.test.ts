import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../../activities/model/create-provider.ts';
import { callProvider, localAccess, modelConfig } from '../../support/model-calls.ts';
import { anthropicText } from '../../support/scripted-anthropic.ts';
import { openaiChunk, openaiText } from '../../support/scripted-openai.ts';
import { cutAnswer, startScriptedProvider, stream } from '../../support/scripted-provider.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';

const FOREVER = { wait: 'forever' } as const;
const ANTHROPIC = modelConfig({ provider: 'anthropic', model: 'claude-opus-5' });

let server: ScriptedProvider;

beforeEach(async () => {
  server = await startScriptedProvider();
});
afterEach(async () => {
  await server.close();
});

describe('an aborted call', () => {
  it.each([
    ['OpenAI', modelConfig(), cutAnswer(openaiText('Good morning'), 3, FOREVER)],
    ['Anthropic', ANTHROPIC, cutAnswer(anthropicText('Good morning'), 5, FOREVER)],
  ])(
    'closes the connection to the provider and rejects with the reason: %s',
    async (_name, model, answer) => {
      server.script(answer);
      const reason = new Error('interrupted');
      const controller = new AbortController();
      const said: string[] = [];
      const call = callProvider(createProvider(localAccess(server)), {
        model,
        signal: controller.signal,
        onDelta: (_kind, text) => {
          said.push(text);
          if (said.join('').startsWith('Good')) controller.abort(reason);
        },
      });
      await expect(call).rejects.toBe(reason);
      await server.requests[0]?.aborted;
      expect(said).toEqual(['Good mor']);
    },
  );

  it('closes the connection before the first byte too', async () => {
    server.script(stream(FOREVER));
    const controller = new AbortController();
    const call = callProvider(createProvider(localAccess(server)), { signal: controller.signal });
    const asked = await server.received(1);
    controller.abort('stop');
    await expect(call).rejects.toBe('stop');
    await asked.aborted;
  });

  it('is not sent at all when it was aborted before', async () => {
    const call = callProvider(createProvider(localAccess(server)), { signal: AbortSignal.abort('early') });
    await expect(call).rejects.toBe('early');
    expect(server.requests).toHaveLength(0);
  });
});

describe('a silent provider', () => {
  const SILENT = {
    type: 'model.connection',
    nonRetryable: false,
    message: expect.stringContaining('sent nothing'),
  };

  it('is given up, and its connection closed, before the first byte and after it', async () => {
    for (const answer of [stream(FOREVER), stream(openaiChunk({ content: 'Hm' }), FOREVER)]) {
      server.script(answer);
      const call = callProvider(createProvider(localAccess(server)), { idleTimeoutMs: 100 });
      await expect(call).rejects.toMatchObject(SILENT);
      await server.requests.at(-1)?.aborted;
    }
  });
});
