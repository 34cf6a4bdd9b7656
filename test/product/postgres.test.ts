import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed, expectWholeTranscript } from '../support/conversation-checks.ts';
import { deskTeam } from '../support/desk-team.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { createProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { ProductFolder } from '../support/product.ts';

let postgres: TestPostgres;
let folder: ProductFolder;
let DATABASE_URL: string;

beforeAll(async () => {
  postgres = await startPostgres();
  DATABASE_URL = await postgres.createDatabase();
  folder = await makeProductFolder({ files: { desk: deskTeam } });
});
afterAll(async () => {
  await folder.remove();
  await postgres.remove();
});

describe('offstage start with DATABASE_URL', () => {
  it(
    'keeps the store there, says so when it is away, and goes on when it is back',
    async () => {
      const product = await folder.start({ DATABASE_URL });
      expect(product.output()).toMatch(/^ {2}Store +PostgreSQL at 127\.0\.0\.1:\d+, database "offstage_/m);
      expect(product.output()).not.toContain(new URL(DATABASE_URL).password);
      const client = createProductClient(product.url);
      const { id } = await client.open({ team: 'desk' });
      await client.ask(id, 'Research the history of tea');
      await postgres.kill();
      const refused = await client.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hello?' });
      expect(refused.status).toBe(503);
      expect((await client.request('GET', '/readyz')).body).toMatchObject({ ready: false, store: false });
      await postgres.restart();
      await client.settled(id);
      expectWholeFeed(await client.readFeed(id));
      expectWholeTranscript(await client.readTranscript(id));
      expect(await product.interrupt()).toBe(0);
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'does not start without it, and says why',
    async () => {
      const absent = Object.assign(new URL(DATABASE_URL), { pathname: '/absent' }).href;
      const { code, output } = await folder.run(['start'], { env: { DATABASE_URL: absent } });
      expect(code).toBe(1);
      expect(output).toContain('database "absent" does not exist. Create the database');
      expect(output).not.toContain(new URL(DATABASE_URL).password);
    },
    PRODUCT_TIMEOUT_MS,
  );
});
