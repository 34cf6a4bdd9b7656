import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readProcessStart } from '../../cli/file-lock.mjs';
import { expectWholeFeed, expectWholeTranscript, ofType } from '../support/conversation-checks.ts';
import { textOf } from '../support/message-text.ts';
import { deskTeam } from '../support/desk-team.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: ProductFolder;
let product: Product;
let client: ProductClient;

async function start(): Promise<void> {
  product = await folder.start();
  client = createProductClient(product.url);
}

beforeAll(async () => {
  folder = await makeProductFolder({ files: { desk: deskTeam } });
  await start();
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

const readTemporalPid = async (): Promise<number> =>
  JSON.parse(await readFile(join(folder.dataFolder, 'temporal-server.pid'), 'utf8')).pid;

const isAnswering = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** A session whose task is at work, and one whose answer is being said. */
async function beginWork(): Promise<{ working: string; talking: string; task: string }> {
  const working = (await client.open({ team: 'desk', message: 'Research the tides of Brittany' })).id;
  const talking = (await client.open({ team: 'desk' })).id;
  const task = await waitFor(async () => {
    const { body } = await client.request('GET', `/v1/sessions/${working}/tasks`);
    return body.data.find((each: Json) => each.status === 'running')?.id as string | undefined;
  });
  const turn = await client.stream('POST', `/v1/sessions/${talking}/messages`, { text: 'Hello' });
  await turn.until((event) => event.type === 'delta');
  await waitFor(async () => {
    const { body } = await client.request('GET', `/v1/sessions/${working}/tasks/${task}`);
    return body.phase === 'model';
  });
  turn.close();
  return { working, talking, task };
}

async function expectWorkDoneOnce({ working, talking, task }: Json): Promise<void> {
  await client.settled(working);
  await client.settled(talking);
  const [feed, transcript] = [await client.readFeed(working), await client.readTranscript(working)];
  expectWholeFeed(feed);
  expectWholeTranscript(transcript);
  expect(ofType(feed, 'task.finished')).toMatchObject([{ task, status: 'completed', error: null }]);
  const told = transcript.filter((message) => message.role === 'assistant' && message.turn === 2);
  expect(told.map((message) => textOf(message).split('“Research the tides of Brittany”').length)).toEqual([
    2,
  ]);
  expectWholeFeed(await client.readFeed(talking));
  const said = (await client.readTranscript(talking)).filter((message) => message.role === 'assistant');
  expect(said).toMatchObject([{ turn: 1, status: 'committed' }]);
  expect(textOf(said[0]).match(/entry149/g)).toHaveLength(1);
}

describe('offstage start', () => {
  it('tells where everything is, which models serve, and a line to try', async () => {
    const { url, temporalUi } = product;
    expect(product.output()).toContain('the local demo model (no provider is configured');
    expect(await client.request('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await client.request('GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true } });
    expect((await client.request('GET', '/openapi.json')).body.openapi).toMatch(/^3\.1/);
    for (const page of [/^ {2}API docs +(.+)$/m.exec(product.output())?.[1] ?? '', temporalUi]) {
      const response = await fetch(page);
      expect({ page, status: response.status, text: await response.text() }).toEqual({
        ...{ page, status: 200 },
        text: expect.stringMatching(/<html/i),
      });
    }
    const [, address, type, body] = / curl -s (\S+) -H '([^']+)' -d '([^']+)'/.exec(product.output()) ?? [];
    expect({ address, type }).toEqual({
      address: `${url}/v1/sessions`,
      type: 'Content-Type: application/json',
    });
    expect((await client.open(JSON.parse(body ?? ''))).team.name).toBe('desk');
  });

  it('refuses a second start on the same data folder and names the process that has it', async () => {
    const { code, output } = await folder.run(['start']);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining(`Process ${product.pid} already runs Offstage on the data folder`),
    });
    expect((await client.request('GET', '/readyz')).status).toBe(200);
  });

  it('ends gently by a signal to `npm start`, which is what a supervisor knows of', async () => {
    const other = await makeProductFolder({});
    try {
      const npm = await other.startByNpm();
      await npm.end('SIGTERM');
      expect(npm.output()).toContain('The next start goes on with the same sessions.');
    } finally {
      await other.remove();
    }
  });

  it('says what is wrong with a setting and what to do, and does not start', async () => {
    const { code, output } = await folder.run(['start'], {
      env: { OFFSTAGE_PORT: '80800', OFFSTAGE_TEAMS: join(folder.folder, 'nowhere'), OFFSTAGE_DATA: '' },
    });
    expect(code).toBe(1);
    expect(output).toMatch(/OFFSTAGE_PORT.*65535/);
    expect(output).toMatch(/OFFSTAGE_TEAMS.*nowhere/);
    expect(output).not.toContain('    at ');
  });

  it('refuses a port that was set and is taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => occupant.once('listening', resolve));
    const { port } = occupant.address() as AddressInfo;
    const env = { OFFSTAGE_PORT: String(port), OFFSTAGE_DATA: join(folder.folder, 'other') };
    const { code, output } = await folder.run(['start'], { env });
    occupant.close();
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining(`OFFSTAGE_PORT is ${port}, but something else uses port ${port}`),
    });
    expect(await readdir(join(folder.folder, 'other'))).not.toContain('lock');
  });

  it(
    'ends everything on Ctrl-C, and the next start goes on with what was under way',
    async () => {
      const work = await beginWork();
      const temporal = await readTemporalPid();
      expect(await product.interrupt()).toBe(0);
      expect(product.output()).toContain('Ended. The next start goes on with the same sessions.');
      expect(readProcessStart(temporal)).toBeNull();
      expect(await readdir(folder.dataFolder)).not.toContain('lock');
      for (const url of [product.url, product.temporalUi]) expect(await isAnswering(url)).toBe(false);

      await start();
      const { body } = await client.request('GET', '/v1/sessions');
      expect(body.data.map((session: Json) => session.id)).toEqual(
        expect.arrayContaining([work.working, work.talking]),
      );
      await expectWorkDoneOnce(work);
      const { turn, outcome } = await client.ask(work.working, 'Thank you');
      expect({ turn, outcome }).toEqual({ turn: 3, outcome: 'answered' });
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'goes on after a SIGKILL in the middle of a task and of an answer: nothing is lost, nothing is twice',
    async () => {
      const work = await beginWork();
      const before = [await client.readFeed(work.working), await client.readFeed(work.talking)];
      const temporal = await readTemporalPid();
      await product.kill();
      await waitFor(() => readProcessStart(temporal) === null, { what: 'the end of the Temporal server' });

      await start();
      await expectWorkDoneOnce(work);
      const after = [await client.readFeed(work.working), await client.readFeed(work.talking)];
      expect(after.map((events, index) => events.slice(0, before[index]?.length))).toEqual(before);
    },
    PRODUCT_TIMEOUT_MS,
  );
});
