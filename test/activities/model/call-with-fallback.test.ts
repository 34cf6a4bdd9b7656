import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callModelChain } from '../../../activities/model/call-with-fallback.ts';
import type { ModelChainCall, ModelChainReply } from '../../../activities/model/call-with-fallback.ts';
import { createProvider } from '../../../activities/model/create-provider.ts';
import type { Agent } from '../../../protocol/team.ts';
import { localAccess, modelConfig, promptRequest } from '../../support/model-calls.ts';
import { anthropicText } from '../../support/scripted-anthropic.ts';
import { openaiText } from '../../support/scripted-openai.ts';
import { cutAnswer, httpError, startScriptedProvider, stream } from '../../support/scripted-provider.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';

const MODELS = {
  main: modelConfig({ model: 'main' }),
  second: modelConfig({ provider: 'anthropic', model: 'second' }),
  third: modelConfig({ model: 'third' }),
};

let server: ScriptedProvider;
let team = 0;

beforeEach(async () => {
  server = await startScriptedProvider();
  team++;
});
afterEach(async () => {
  await server.close();
});

interface Outcome {
  said: string;
  resets: string[];
}

async function call(
  fallback: Partial<NonNullable<Agent['fallback']>> | null,
  overrides: Partial<ModelChainCall> = {},
): Promise<ModelChainReply & Outcome> {
  const outcome: Outcome = { said: '', resets: [] };
  const reply = await callModelChain({
    team: { version: `team-${team}`, models: MODELS },
    agent: {
      name: 'root',
      model: 'main',
      fallback:
        fallback === null
          ? null
          : { models: ['second', 'third'], retries: 2, cooldownMs: 60_000, ...fallback },
    },
    provider: createProvider(localAccess(server)),
    request: (model) => promptRequest({ system: `You are ${model.model}.` }),
    signal: new AbortController().signal,
    onDelta: (_kind, text) => (outcome.said += text),
    onReset: (reason) => {
      outcome.said = '';
      outcome.resets.push(reason);
    },
    idleTimeoutMs: 30_000,
    ...overrides,
  });
  return { ...reply, ...outcome };
}

const asked = () => server.requests.map((request) => String(request.body.model));
const unavailable = () => httpError(503, { error: { message: 'Down.' } });
const limited = () => httpError(429, { error: { message: 'Slow down.' } });

describe('a model without fallbacks', () => {
  it('is tried once: Temporal retries', async () => {
    server.script(unavailable());
    await expect(call(null)).rejects.toMatchObject({ type: 'model.unavailable', nonRetryable: false });
    expect(asked()).toEqual(['main']);
  });

  it('that the team does not have is told', async () => {
    await expect(call({ models: ['nobody'] })).rejects.toMatchObject({
      type: 'model.not_found',
      nonRetryable: true,
    });
  });
});

describe('a model with fallbacks', () => {
  it('is tried again after a failure that may pass, and what was streamed is void', async () => {
    server.script(cutAnswer(openaiText('Good morning'), -3), openaiText('Good evening'));
    const outcome = await call({});
    expect(outcome.text).toBe('Good evening');
    expect(outcome.said).toBe('Good evening');
    expect(outcome.resets).toHaveLength(1);
    expect(asked()).toEqual(['main', 'main']);
  });

  it('gives way to the next one after its retries', async () => {
    server.script(unavailable(), unavailable(), anthropicText('Here.'));
    const outcome = await call({ retries: 1 });
    expect(outcome.config).toBe(MODELS.second);
    expect(outcome.request.system).toBe('You are second.');
    expect(outcome.text).toBe('Here.');
    expect(asked()).toEqual(['main', 'main', 'second']);
    expect(outcome.resets).toHaveLength(2);
  });

  it('without retries is tried once', async () => {
    server.script(unavailable(), anthropicText('Here.'));
    await call({ retries: 0 });
    expect(asked()).toEqual(['main', 'second']);
  });

  it.each([429, 400, 401, 404])('gives way at once after %i', async (status) => {
    server.script(httpError(status, { error: { message: 'No.' } }), anthropicText('Here.'));
    await call({});
    expect(asked()).toEqual(['main', 'second']);
  });

  it('gives way at once where it is silent, or asks to wait for long', async () => {
    server.script(stream({ wait: 'forever' }), anthropicText('Here.'));
    await call({}, { idleTimeoutMs: 3000 });
    expect(asked()).toEqual(['main', 'second']);
    team++;
    server.script(httpError(503, {}, { 'retry-after': '60' }), anthropicText('Here.'));
    await call({});
    expect(asked().slice(2)).toEqual(['main', 'second']);
  });

  it('is passed over for a while after it refused, and asked last', async () => {
    server.script(limited(), anthropicText('one'));
    await call({});
    server.script(anthropicText('two'));
    expect((await call({})).text).toBe('two');
    server.script(limited(), limited(), openaiText('three'));
    expect((await call({})).text).toBe('three');
    expect(asked()).toEqual(['main', 'second', 'second', 'second', 'third', 'main']);
  });

  it('is asked again when the cooldown is over, and after failures that may pass', async () => {
    server.script(limited(), anthropicText('one'), openaiText('two'));
    await call({ cooldownMs: 0 });
    await call({ cooldownMs: 0 });
    expect(asked()).toEqual(['main', 'second', 'main']);
    server.script(unavailable(), anthropicText('three'), openaiText('four'));
    await call({ retries: 0 });
    await call({ retries: 0 });
    expect(asked().slice(3)).toEqual(['main', 'second', 'main']);
  });

  it('fails, when all of them fail, with what a later try may mend', async () => {
    const denied = httpError(401, { error: { message: 'No.' } });
    server.script(denied, limited(), denied);
    await expect(call({})).rejects.toMatchObject({ type: 'model.rate_limited', nonRetryable: false });
    server.script(denied, denied, denied);
    team++;
    await expect(call({})).rejects.toMatchObject({
      type: 'model.denied',
      nonRetryable: true,
      message: expect.stringContaining('openai/main'),
    });
  });

  it('stops trying when the call is aborted, and rejects with the reason', async () => {
    const controller = new AbortController();
    server.script(unavailable());
    const aborted = call(
      {},
      {
        signal: controller.signal,
        onReset: () => controller.abort('interrupted'),
      },
    );
    await expect(aborted).rejects.toBe('interrupted');
    expect(asked()).toEqual(['main']);
  });
});
