import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed } from '../support/conversation-checks.ts';
import { textOf } from '../support/message-text.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { ProductFolder } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: ProductFolder;
let client: ProductClient;
let receiver: ChildProcess;
let received = '';

beforeAll(async () => {
  const secret = `whsec_${Buffer.from('a secret of the clinic, for tests').toString('base64')}`;
  receiver = spawn(process.execPath, ['examples/clinic/receiver.mjs'], {
    env: { OFFSTAGE_WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  receiver.stdout?.setEncoding('utf8').on('data', (text: string) => (received += text));
  const [, address = ''] = await waitFor(() => /listens on (http:\S+)/.exec(received));
  const yaml = await readFile('examples/clinic/clinic.yaml', 'utf8');
  const clinic = yaml.replaceAll('http://127.0.0.1:8090', address);
  folder = await makeProductFolder({ files: { clinic } });
  const product = await folder.start({ OFFSTAGE_WEBHOOK_SECRET: secret, OFFSTAGE_ALLOW_HOSTS: '127.0.0.1' });
  client = createProductClient(product.url);
}, PRODUCT_TIMEOUT_MS);
afterAll(async () => {
  receiver.kill();
  await folder.remove();
}, PRODUCT_TIMEOUT_MS);

const read = async (session: string): Promise<Json> =>
  (await client.request('GET', `/v1/sessions/${session}`)).body;

async function untilAfterwards(session: string): Promise<Json> {
  await waitFor(() => received.includes(`report of ${session}`), { deadline: 60_000 });
  await waitFor(async () => (await read(session)).hooks.at(-1).status === 'completed');
  return read(session);
}

describe('the clinic that ships, on the demo model', () => {
  it('knows who calls, has an authorisation asked for beside the talk, hands over, and reports', async () => {
    const { id } = await client.open({
      team: 'clinic',
      user: { id: 'p100' },
      message: 'Please check the prior authorisation of my knee MRI treatment.',
    });
    const { tasks, variables } = await client.settled(id);
    expect(variables).toMatchObject({ patient: { name: 'Maria Lopez' }, language: 'en' });
    expect(variables.briefing).toContain('Maria Lopez');
    expect(tasks.map(({ agent, status }: Json) => [agent, status])).toEqual([
      ['enricher', 'completed'],
      ['prior_authorisation', 'completed'],
    ]);
    expect(received).toContain(`/authorisations of ${id} (during)`);
    expect(textOf((await client.ask(id, 'Are there free appointment slots?')).reply)).toContain(
      'Tuesday 9:40',
    );
    await client.ask(id, 'Remind me in 2 seconds to bring my card.');
    await waitFor(async () =>
      (await client.readTranscript(id)).some((message) => textOf(message).startsWith('It is time.')),
    );
    expect((await client.ask(id, 'I have a question about an invoice.')).reply.agent).toBe('billing');
    expect(textOf((await client.ask(id, 'Good, that is all.')).reply)).toContain('Goodbye!');

    const { analysis, hooks, closeReason } = await untilAfterwards(id);
    expect(closeReason).toBe('the user took leave');
    expect(Object.keys(analysis)).toEqual(['topic', 'settled', 'mood', 'summary']);
    expect(hooks.map(({ name, status }: Json) => `${name} ${status}`)).toEqual(
      ['look_up_patient', 'enricher', 'analysis', 'reporter', 'push_to_file'].map(
        (name) => `${name} completed`,
      ),
    );
    expectWholeFeed(await client.readFeed(id));
  });

  it('does not talk to a number that it does not know', async () => {
    const { id } = await client.open({ team: 'clinic', user: { id: 'p999' }, message: 'Hello' });
    await waitFor(async () => (await read(id)).status === 'aborted');
    const { closeReason, usage } = await untilAfterwards(id);
    expect([closeReason, usage.modelCalls]).toEqual(['this number is not known to the clinic', 0]);
  });
});
