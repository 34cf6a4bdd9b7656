import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed, ofType } from '../support/conversation-checks.ts';
import { textOf } from '../support/message-text.ts';
import { defer } from '../support/deferred.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, OpenStream, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';
import { anthropicText, anthropicToolCall } from '../support/scripted-anthropic.ts';
import { openaiChunk, openaiText, openaiToolCall } from '../support/scripted-openai.ts';
import { cutAnswer, httpError, startScriptedProvider, stream } from '../support/scripted-provider.ts';
import type { Answer, ScriptedProvider } from '../support/scripted-provider.ts';
import { waitFor } from '../support/wait-for.ts';

const team = `
agents:
  root:
    model: openai/gpt-scripted
    description: Talks
    instruction: Be brief.
    sub_agents: [worker]
    toolsets:
      - type: background_agents
  worker:
    model: anthropic/claude-scripted
    description: Works
    instruction: Work well.
    toolsets:
      - type: think
`;

let folder: ProductFolder;
let product: Product;
let client: ProductClient;
let openai: ScriptedProvider;
let anthropic: ScriptedProvider;

beforeAll(async () => {
  [openai, anthropic] = [await startScriptedProvider(), await startScriptedProvider()];
  folder = await makeProductFolder({ files: { pair: team } });
  product = await folder.start({
    ...{ OPENAI_API_KEY: 'sk-openai-test', OPENAI_BASE_URL: openai.openaiUrl },
    ...{ ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: anthropic.url },
  });
  client = createProductClient(product.url);
}, PRODUCT_TIMEOUT_MS);
afterAll(async () => {
  await folder.remove();
  await Promise.all([openai.close(), anthropic.close()]);
}, PRODUCT_TIMEOUT_MS);
afterEach(() => {
  openai.assertUsed();
  anthropic.assertUsed();
});

/** A session whose agent is asked by either provider, and its feed from the beginning. */
async function follow(agent: 'root' | 'worker' = 'root'): Promise<{ id: string; feed: OpenStream }> {
  const { id, demo } = await client.open({ team: 'pair', agent });
  expect(demo).toBe(false);
  return { id, feed: await client.stream('GET', `/v1/sessions/${id}/events`) };
}

const live = (feed: OpenStream): Json[] =>
  feed.events.filter(({ type }) => ['delta', 'attempt.reset'].includes(type)).map(({ data }) => data);
const isDelta = ({ type }: { type: string }): boolean => type === 'delta';
const send = (id: string, body: Json, headers = {}) =>
  client.request('POST', `/v1/sessions/${id}/messages`, body, headers);
const lastRequest = ({ requests }: ScriptedProvider): Json => requests.at(-1)?.body;

describe('the product with providers', () => {
  it('answers through both: text, tools, an image, the work of a task, and its result', async () => {
    expect(product.output()).toMatch(/Models +openai\/gpt-scripted, anthropic\/claude-scripted/);
    const image = await readFile('examples/support/kettle.png');
    const { id: file } = await client.upload(image, 'kettle.png', 'image/png');
    const wish = { agent: 'worker', task: 'What is it?', title: 'Picture', attachments: [file] };
    openai.script(
      openaiToolCall('run_background_agent', wish),
      openaiText('I am having it looked at.'),
      openaiText('It is a kettle, I am told.'),
    );
    anthropic.script(
      anthropicToolCall('think', { thought: 'Look closely.' }),
      anthropicText('A kettle that leaks.'),
    );
    const { id, feed } = await follow();
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', fileId: file },
    ];
    await send(id, { content });
    await client.settled(id);
    const [asked, , told] = openai.requests;
    expect(asked?.headers.authorization).toBe('Bearer sk-openai-test');
    const data = image.toString('base64');
    expect(JSON.stringify(asked?.body.messages.at(-1))).toContain(`data:image/png;base64,${data}`);
    expect(JSON.stringify(told?.body.messages.at(-1))).toContain('A kettle that leaks.');
    expect(anthropic.requests[0]?.headers['x-api-key']).toBe('sk-ant-test');
    expect(JSON.stringify(anthropic.requests[0]?.body.messages)).toContain(data);
    expectWholeFeed(await client.readFeed(id));
    const spoken = live(feed).filter((delta) => delta.turn === 2);
    expect(spoken.map((delta) => delta.text).join('')).toBe('It is a kettle, I am told.');
    expect(spoken.length).toBeGreaterThan(1);
    const { body } = await client.request('GET', `/v1/sessions/${id}`);
    expect(body.usage).toMatchObject({ inputTokens: 30, outputTokens: 15, modelCalls: 3 });
    expect(body.treeUsage).toMatchObject({ inputTokens: 50, modelCalls: 5 });
    feed.close();
  });

  it('closes the connection to the provider when a turn is interrupted or a task is stopped', async () => {
    openai.script(stream(openaiChunk({ content: 'Once upon' }), { wait: 'forever' }), openaiText('Stopped.'));
    const { id, feed } = await follow();
    await send(id, { text: 'Tell me a story' });
    await feed.until(isDelta);
    const request = openai.requests.at(-1);
    expect((await client.request('POST', `/v1/sessions/${id}/interrupt`, {})).body.changed).toBe(true);
    await request?.aborted;
    await feed.until(({ type }) => type === 'turn.finished');
    expect((await client.readTranscript(id)).at(-1)).toMatchObject({
      ...{ status: 'interrupted', content: [{ type: 'text', text: 'Once upon' }] },
    });

    const isWatched = defer();
    const begun = cutAnswer(anthropicText('I begin with the roof'), 4, { wait: 'forever' });
    anthropic.script({ ...begun, steps: [{ wait: isWatched.promise }, ...begun.steps] });
    const wish = { agent: 'worker', task: 'Build a house' };
    const { body: task } = await client.request('POST', `/v1/sessions/${id}/tasks`, wish);
    const path = `/v1/sessions/${id}/tasks/${task.id}`;
    const atWork = await client.stream('GET', `${path}/events`);
    isWatched.resolve();
    await atWork.until(isDelta);
    const { body: receipt } = await client.request('POST', `${path}/stop`, {});
    expect(receipt.tasks).toMatchObject([{ id: task.id, status: 'cancelled', partial: true }]);
    await anthropic.requests.at(-1)?.aborted;
    await client.settled(id);
    expect((await client.request('GET', path)).body.output).toBe('I begin ');
    for (const open of [feed, atWork]) open.close();
  });

  const good = { root: openaiText('The answer is 42.'), worker: anthropicText('The answer is 42.') };
  const bad: [what: string, agent: 'root' | 'worker', answer: Answer][] = [
    ['an error of the server', 'root', httpError(500, { error: { message: 'oops' } })],
    [
      'an overloaded server',
      'worker',
      httpError(529, { error: { type: 'overloaded_error', message: 'later' } }),
    ],
    ['nonsense', 'root', stream('data: {nonsense\n\n')],
    ['a web page', 'root', { ...httpError(200, '<html></html>'), headers: { 'content-type': 'text/html' } }],
    ['nothing', 'root', stream()],
    ['nothing', 'worker', stream()],
    ['half a stream', 'root', cutAnswer(openaiText('The answer is 41, or so'), 3)],
    ['half a stream', 'worker', cutAnswer(anthropicText('The answer is 41, or so'), -3)],
    ['a connection that breaks', 'root', cutAnswer(openaiText('The answer is 41, or so'), 3, 'reset')],
    ['arguments that are no JSON', 'root', openaiToolCall('run_background_agent', '{"agent": "wor')],
    ['arguments that are no JSON', 'worker', anthropicToolCall('think', '{"thought": "wor')],
  ];
  it.each(bad)('asks again after %s (%s), and shows no text twice', async (_what, agent, answer) => {
    const provider = agent === 'root' ? openai : anthropic;
    provider.script(answer, good[agent]);
    const { id, feed } = await follow(agent);
    const { body } = await send(id, { text: 'What is the answer?' }, { Prefer: 'wait=60' });
    expect(body).toMatchObject({ turn: 1, outcome: 'answered' });
    expect(textOf(body.reply)).toBe('The answer is 42.');
    const transcript = await client.readTranscript(id);
    expect(transcript.map(textOf)).toEqual(['What is the answer?', 'The answer is 42.']);
    await feed.until(({ type }) => type === 'turn.finished');
    const seen = live(feed);
    const kept = seen.slice(seen.findLastIndex((each) => each.type === 'attempt.reset') + 1);
    expect(kept.map((delta) => delta.text).join('')).toBe('The answer is 42.');
    expect(new Set(kept.map((delta) => delta.attempt)).size).toBe(1);
    expectWholeFeed(await client.readFeed(id));
    feed.close();
  });

  it.each([
    ['root' as const, httpError(401, { error: { message: 'Incorrect API key: sk-openai-test' } })],
    [
      'worker' as const,
      httpError(401, { error: { type: 'authentication_error', message: 'no sk-ant-test' } }),
    ],
  ])('tells a person in words that the key of %s was refused, and goes on', async (agent, refusal) => {
    const provider = agent === 'root' ? openai : anthropic;
    provider.script(refusal);
    const { id, feed } = await follow(agent);
    const { body } = await send(id, { text: 'What is the answer?' }, { Prefer: 'wait=60' });
    expect(body).toMatchObject({ outcome: 'failed' });
    const [, words] = await client.readTranscript(id);
    expect(words).toMatchObject({ role: 'system' });
    expect(textOf(words)).toMatch(/key/i);
    const events = await client.readFeed(id);
    expect(ofType(events, 'turn.finished')).toMatchObject([{ error: { type: 'model.denied' } }]);
    expect(JSON.stringify([events, words])).not.toContain('sk-ant-test');
    expect(JSON.stringify([events, words])).not.toContain('sk-openai-test');
    provider.script(good[agent]);
    expect(await client.ask(id, 'And now?')).toMatchObject({ turn: 2, outcome: 'answered' });
    expect(JSON.stringify(lastRequest(provider).messages)).toContain('What is the answer?');
    await waitFor(() => feed.events.some(({ type, data }) => type === 'turn.finished' && data.turn === 2));
    feed.close();
  });
});
