import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOutgoingClient } from '../../../activities/outgoing/outgoing-client.ts';
import type { OutgoingClient } from '../../../activities/outgoing/outgoing-client.ts';
import { startFunctionReceiver } from '../../support/function-receiver.ts';
import type { Answer, FunctionReceiver } from '../../support/function-receiver.ts';

const opened: { close(): Promise<void> }[] = [];
let client: OutgoingClient;

beforeEach(() => {
  client = createOutgoingClient(['127.0.0.1']);
  opened.push(client);
});
afterEach(async () => {
  for (const open of opened.splice(0).reverse()) await open.close();
});

async function receive(...answers: Answer[]): Promise<FunctionReceiver> {
  const receiver = await startFunctionReceiver(answers);
  opened.push(receiver);
  return receiver;
}

const post = (url: string, by = client) =>
  by.send({
    url,
    method: 'POST',
    headers: {
      authorization: 'Bearer x',
      'x-key': 'y',
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
    },
    body: '{"a":1}',
    signal: AbortSignal.timeout(10_000),
  });

describe('a request to outside', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
  ])('does not go to what is not public: %s', async (url) => {
    const receiver = await receive({});
    const port = new URL(receiver.url).port;
    const strict = createOutgoingClient([]);
    opened.push(strict);
    await expect(post(url.replace('PORT', port), strict)).rejects.toThrow('not a public one');
    expect(receiver.requests).toEqual([]);
  });

  it.each([
    ['ftp://example.com/', 'neither http nor https'],
    ['file:///etc/passwd', 'neither http nor https'],
    ['http://user:word@example.com/', 'user name or a password'],
    ['nonsense', 'not a URL'],
  ])('is refused: %s', async (url, why) => {
    await expect(post(url)).rejects.toThrow(why);
  });

  it('goes to a host that the operator allows by its name, and to no other name of it', async () => {
    const receiver = await receive({ text: 'here' });
    expect(await post(receiver.url)).toMatchObject({ status: 200, text: 'here' });
    const { port } = new URL(receiver.url);
    await expect(post(`http://localhost:${port}/`)).rejects.toThrow('not a public one');
  });

  it('is not led to a private address by a redirect', async () => {
    const receiver = await receive({ status: 307, headers: { location: 'http://localhost:1/' } });
    await expect(post(receiver.url)).rejects.toThrow('not a public one');
  });

  it('keeps what proves who asks when it is led elsewhere, and the body where that is meant', async () => {
    const elsewhere = await receive({ text: 'there' });
    const receiver = await receive(
      { status: 307, headers: { location: '/again' } },
      { status: 308, headers: { location: `${elsewhere.url}/x` } },
    );
    expect(await post(receiver.url)).toMatchObject({ text: 'there' });
    expect(receiver.requests[1]).toMatchObject({ path: '/again', headers: { authorization: 'Bearer x' } });
    expect(elsewhere.requests).toMatchObject([{ method: 'POST', text: '{"a":1}' }]);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('x-key');
  });

  it('becomes a GET without a body after "see other"', async () => {
    const receiver = await receive({ status: 303, headers: { location: '/seen' } }, { text: 'seen' });
    expect(await post(receiver.url)).toMatchObject({ text: 'seen' });
    expect(receiver.requests[1]).toMatchObject({ method: 'GET', path: '/seen', text: '' });
  });

  it('is led on three times at most', async () => {
    const receiver = await receive({ status: 307, headers: { location: '/on' } });
    await expect(post(receiver.url)).rejects.toThrow('more than 3 times');
    expect(receiver.requests).toHaveLength(4);
  });

  it('reads a mebibyte of the answer, and not more', async () => {
    const receiver = await receive({ text: 'x'.repeat(1024 * 1024) }, { text: 'x'.repeat(1024 * 1024 + 1) });
    expect((await post(receiver.url)).text).toHaveLength(1024 * 1024);
    await expect(post(receiver.url)).rejects.toThrow('larger than');
  });
});
