import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { createProvider } from '../../../activities/model/create-provider.ts';
import type { ModelConfig } from '../../../protocol/team.ts';
import {
  callProvider,
  localAccess,
  modelConfig,
  promptRequest,
  userSays,
} from '../../support/model-calls.ts';
import { anthropicEvent, anthropicText } from '../../support/scripted-anthropic.ts';
import { openaiChunk, openaiText } from '../../support/scripted-openai.ts';
import { cutAnswer, httpError, startScriptedProvider, stream } from '../../support/scripted-provider.ts';
import type { Answer, ScriptedProvider } from '../../support/scripted-provider.ts';

const OPENAI = modelConfig();
const ANTHROPIC = modelConfig({ provider: 'anthropic', model: 'claude-opus-5' });

let server: ScriptedProvider;

beforeEach(async () => {
  server = await startScriptedProvider();
});
afterEach(async () => {
  await server.close();
});

async function fail(model: ModelConfig, answer: Answer, said = 'Hello'): Promise<ApplicationFailure> {
  server.script(answer);
  const request = promptRequest({ messages: [userSays(said)] });
  const error = await callProvider(createProvider(localAccess(server)), { model, request }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

const openaiError = (message: string, more: Record<string, unknown> = {}) => ({
  error: { message, ...more },
});
const anthropicError = (type: string, message: string) => ({ type: 'error', error: { type, message } });

const statuses: [number, string, boolean][] = [
  [400, 'model.bad_request', false],
  [401, 'model.denied', false],
  [402, 'model.denied', false],
  [403, 'model.denied', false],
  [404, 'model.not_found', false],
  [408, 'model.unavailable', true],
  [409, 'model.unavailable', true],
  [413, 'model.bad_request', false],
  [422, 'model.bad_request', false],
  [429, 'model.rate_limited', true],
  [500, 'model.unavailable', true],
  [503, 'model.unavailable', true],
  [529, 'model.unavailable', true],
];

describe('a status that is an error', () => {
  it.each(statuses)('%i is %s, tried again: %s', async (status, type, isRetried) => {
    for (const model of [OPENAI, ANTHROPIC]) {
      const failure = await fail(model, httpError(status, openaiError('No.')));
      expect(failure).toMatchObject({ type, nonRetryable: !isRetried });
      expect(failure.message).toContain(String(status));
      expect(failure.message).toContain(`${model.provider}/${model.model}`);
    }
    // The SDKs' own retries are off: each call was one request.
    expect(server.requests).toHaveLength(2);
  });

  it('without a body, or with a web page, is told by its number', async () => {
    const empty = await fail(OPENAI, { status: 502, headers: {}, steps: [] });
    expect(empty.message).toBe('openai/gpt-4o is not available at the moment (502)');
    const page = await fail(ANTHROPIC, httpError(502, '<html>nginx</html>', { 'content-type': 'text/html' }));
    expect(page.message).toBe('anthropic/claude-opus-5 is not available at the moment (502)');
  });

  it('429 for an account without credit is not tried again', async () => {
    const failure = await fail(OPENAI, httpError(429, openaiError('Quota', { code: 'insufficient_quota' })));
    expect(failure).toMatchObject({ type: 'model.denied', nonRetryable: true });
    expect(failure.message).toContain('billing');
  });
});

describe('the delay that a provider asks for', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['parts of a second', { 'retry-after': '0.5' }, 500],
    ['milliseconds, which are more exact', { 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('is passed on to the retry: %s', async (_name, headers, delay) => {
    const failure = await fail(OPENAI, httpError(429, openaiError('Slow down.'), headers));
    expect(failure.nextRetryDelay ?? undefined).toBe(delay);
  });
});

describe('an error in the middle of a stream', () => {
  it('has the class of its name', async () => {
    const overloaded = anthropicEvent('error', {
      error: { type: 'overloaded_error', message: 'Overloaded' },
    });
    expect(await fail(ANTHROPIC, cutAnswer(anthropicText('Hello'), 3, overloaded))).toMatchObject({
      type: 'model.unavailable',
      nonRetryable: false,
      message: expect.stringContaining('in the middle of its answer'),
    });
    const limited = `data: ${JSON.stringify(openaiError('Slow', { type: 'rate_limit_error' }))}\n\n`;
    expect(await fail(OPENAI, cutAnswer(openaiText('Hello'), 2, limited))).toMatchObject({
      type: 'model.rate_limited',
    });
    const refused = `data: ${JSON.stringify(openaiError('Too long', { code: 400 }))}\n\n`;
    expect(await fail(OPENAI, stream(openaiChunk({ content: 'a' }), refused))).toMatchObject({
      type: 'model.bad_request',
      nonRetryable: true,
    });
    const unknown = `data: ${JSON.stringify(openaiError('Hm'))}\n\n`;
    expect(await fail(OPENAI, stream(unknown))).toMatchObject({ type: 'model.unavailable' });
  });
});

describe('the message of a failure', () => {
  it('has the words of the provider, on one line and not too long', async () => {
    const failure = await fail(OPENAI, httpError(400, openaiError('max_tokens is\n too large: 999999.')));
    expect(failure.message).toBe('openai/gpt-4o refused the request (400): max_tokens is too large: 999999.');
    const long = await fail(
      ANTHROPIC,
      httpError(400, anthropicError('invalid_request_error', 'x y '.repeat(500))),
    );
    expect(long.message.length).toBeLessThanOrEqual(500);
  });

  it('has no key, whole or in part', async () => {
    const failure = await fail(
      OPENAI,
      httpError(
        401,
        openaiError('Incorrect API key provided: sk-openai-test. Keys look like sk-proj-abcdef***wxyz.'),
      ),
    );
    expect(failure.message).not.toMatch(/sk-/);
    expect(failure.message).toContain('OPENAI_API_KEY');
  });

  it('does not repeat the conversation', async () => {
    const said = 'My diagnosis is something that nobody should know.';
    const failure = await fail(OPENAI, httpError(400, openaiError(`Invalid content: "${said}"`)), said);
    expect(failure.message).toBe('openai/gpt-4o refused the request (400)');
  });
});
