import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed } from '../support/conversation-checks.ts';
import { deskTeam } from '../support/desk-team.ts';
import { createProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';

let folder: ProductFolder;
let product: Product;

beforeAll(async () => {
  folder = await makeProductFolder({ files: { desk: deskTeam } });
  product = await folder.start();
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

describe('offstage chat over a pipe', () => {
  it('talks, shows the task come and go, tells its result, and leaves when all is told', async () => {
    const input = 'What colour is the sky\nResearch the tides of Brittany\n';
    const { code, output } = await folder.run(['chat', '--url', product.url], { input });
    expect(code).toBe(0);
    const session = /^Session (ses_\w+): team desk, agent root/m.exec(output)?.[1] ?? '';
    const told = [
      'a local demo model answers',
      'root: (I am Offstage',
      '· researcher started: Research the tides of Brittany',
      '✓ researcher completed in',
      'root: The task “Research the tides of Brittany” of researcher is done.',
      `To come back: offstage chat --session ${session}`,
    ];
    const places = told.map((words) => output.indexOf(words));
    expect(told.filter((_, index) => places[index] === -1)).toEqual([]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const words of told) expect(output.split(words)).toHaveLength(2);

    const again = await folder.run(['chat', '--session', session, '--url', product.url], {
      input: '/tasks\n/close\n',
    });
    expect(again.code).toBe(0);
    expect(again.output).toMatch(/completed {2}\d+ s {2}researcher: Research the tides of Brittany/);
    const client = createProductClient(product.url);
    expect((await client.request('GET', `/v1/sessions/${session}`)).body.status).toMatch(/^clos/);
    expectWholeFeed(await client.readFeed(session));
  });

  it('says what is wrong where there is no such team, session or server', async () => {
    const run = (...args: string[]) => folder.run(['chat', ...args]);
    const [team, session, server] = [
      await run('desc', '--url', product.url),
      await run('--session', 'ses_01a1fd825647dd08bba3d29748b9', '--url', product.url),
      await run('--url', 'http://127.0.0.1:1'),
    ];
    expect([team.code, session.code, server.code]).toEqual([1, 1, 1]);
    expect(team.output).toContain('desk');
    expect(session.output).toContain('session not found');
    expect(server.output).toContain('No answer from http://127.0.0.1:1: is Offstage running there?');
  });
});
