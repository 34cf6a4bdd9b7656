import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { clinic } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name} speaks the protocol`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)(question);

    it('streams the same text and calls that it gives at once, each time', async () => {
      for (const user of ['Hello', 'Call Anna Berg, Ben and Carla Diaz']) {
        const question = { ...clinic, lines: [{ user }] };
        const whole = await ask(question);
        const streamed = await ask({ ...question, stream: true });
        const again = await ask({ ...question, stream: true });
        expect(again).toEqual(streamed);
        expect({ ...streamed, pieces: 0, calls: [] }).toEqual({ ...whole, calls: [] });
        expect(streamed.calls.map(({ arguments: given }) => given)).toEqual(
          whole.calls.map(({ arguments: given }) => given),
        );
        expect(streamed.pieces > 3).toBe(whole.text.length > 0);
        expect(whole.inputTokens).toBeGreaterThan(100);
        expect(whole.outputTokens).toBeGreaterThan(1);
      }
    });
  });
}

describe('the demo server', () => {
  it('refuses what is not JSON and what is not of the protocol, in the words of the protocol', async () => {
    for (const body of ['{', '{}', 'null']) {
      const response = await fetch(`${demo.baseUrl}/v1/messages`, { method: 'POST', body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: { type: 'invalid_request_error' },
      });
    }
    expect((await fetch(`${demo.baseUrl}/v1/images`, { method: 'POST' })).status).toBe(404);
  });

  it('takes its time with work, and stops when the client has gone', async () => {
    const slow = await startDemoModel({ workDelayMs: 60_000 });
    const body = JSON.stringify({
      stream: true,
      tools: [{ name: 'save_file' }],
      messages: [{ role: 'user', content: 'Look at this' }],
    });
    const leave = new AbortController();
    const response = await fetch(`${slow.baseUrl}/v1/messages`, {
      method: 'POST',
      body,
      signal: leave.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    leave.abort();
    await expect(response.text()).rejects.toThrow();
    await slow.stop();
  });
});
