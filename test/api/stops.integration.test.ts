/** How a stop reaches a request to a provider: over the bus, and with a heartbeat where the bus is down. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../activities/model/create-provider.ts';
import type { StoppedWork } from '../../activities/activity-observer.ts';
import type { Bus } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { localAccess } from '../support/model-calls.ts';
import { openaiChunk } from '../support/scripted-openai.ts';
import { startScriptedProvider, stream } from '../support/scripted-provider.ts';
import type { ScriptedProvider } from '../support/scripted-provider.ts';
import { waitFor } from '../support/wait-for.ts';
import { startRealApi } from './real-api.ts';
import type { RealApi } from './real-api.ts';

/** Takes everything and delivers nothing. */
const DEAF: Bus = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  subscribed: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Nobody is told of their ends, so that the provider is asked for nothing else. */
const TASK = { agent: 'researcher', task: 'Look.', notify: 'never' };
const ENDLESS = stream(openaiChunk({ content: 'Once upon' }), { wait: 'forever' });

let provider: ScriptedProvider;
let api: RealApi;
let stops: StoppedWork[];

async function open(bus: Bus): Promise<void> {
  stops = [];
  provider = await startScriptedProvider();
  const ignore = (): void => undefined;
  const observer = { reached: ignore, activityEnded: ignore, modelCallEnded: ignore };
  api = await startRealApi({
    ...{ bus, provider: createProvider(localAccess(provider)) },
    observer: { ...observer, workStopped: (work) => void stops.push(work) },
  });
}
afterEach(async () => {
  await api.close();
  await provider.close();
});

describe.each([
  ['up', 'bus', () => new MemoryBus((error) => console.error(error))],
  ['down', 'heartbeat', () => DEAF],
] as const)('while the bus is %s', (_state, by, makeBus) => {
  it(`an interrupt, and a stop, close the connection to the provider by ${by}`, async () => {
    await open(makeBus());
    const session = await api.open({});
    const id = { workspace: 'default', session: session.split('/').at(-1) ?? '' };
    provider.script(ENDLESS);
    await api.send('POST', `${session}/messages`, { text: 'Tell a story' });
    const asked = await provider.received(1);
    expect((await api.send('POST', `${session}/interrupt`)).body).toEqual({ turn: 1, changed: true });
    await asked.aborted;
    expect(stops).toEqual([{ conversation: { ...id, task: null }, turn: 1, by }]);
    await waitFor(async () => (await api.send('GET', session)).body.status === 'idle');

    provider.script(ENDLESS);
    const { body: task } = await api.send('POST', `${session}/tasks`, TASK);
    const work = await provider.received(2);
    const stopped = await api.send('POST', `${session}/tasks/${task.id}/stop`);
    await work.aborted;
    expect(stopped.body).toMatchObject({ changed: true, tasks: [{ id: task.id }] });
    expect(stops.slice(1)).toEqual([{ conversation: { ...id, task: task.id }, turn: 1, by }]);

    provider.script(ENDLESS);
    const { body: other } = await api.send('POST', `${session}/tasks`, TASK);
    const steered = await provider.received(3);
    provider.script(ENDLESS);
    const path = `${session}/tasks/${other.id}/messages`;
    expect((await api.send('POST', path, { text: 'Turn round', mode: 'interrupt' })).status).toBe(202);
    await steered.aborted;
    expect(stops.slice(2)).toEqual([{ conversation: { ...id, task: other.id }, turn: 1, by }]);
    const again = await provider.received(4);
    await api.send('POST', `${session}/close`, {});
    await again.aborted;
    expect(stops.slice(3)).toEqual([{ conversation: { ...id, task: other.id }, turn: 2, by }]);
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
  }, 120_000);
});
