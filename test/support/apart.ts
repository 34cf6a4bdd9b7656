/** Offstage as separate processes: what they share (Temporal, PostgreSQL, Redis, a provider), and they themselves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTemporalServer } from '../../cli/temporal-server/run-temporal-server.ts';
import { startPostgres } from './postgres.ts';
import type { TestPostgres } from './postgres.ts';
import { makeProductFolder } from './product.ts';
import type { Part, ProductFolder } from './product.ts';
import { startRedis } from './redis.ts';
import type { TestRedis } from './redis.ts';
import { startScriptedProvider } from './scripted-provider.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

export interface Apart {
  redis: TestRedis;
  postgres: TestPostgres;
  provider: ScriptedProvider;
  folder: ProductFolder;
  /** What every process is started with. */
  env: NodeJS.ProcessEnv;
  startApi(env?: NodeJS.ProcessEnv): Promise<Part & { url: string }>;
  startWorker(queue: 'main' | 'background' | 'all', env?: NodeJS.ProcessEnv): Promise<Part>;
  close(): Promise<void>;
}

export async function startApart(files: Record<string, string>): Promise<Apart> {
  const ends: (() => Promise<void>)[] = [];
  const dataFolder = await mkdtemp(join(tmpdir(), 'offstage-temporal-'));
  ends.push(() => rm(dataFolder, { recursive: true, force: true }));
  const temporal = await runTemporalServer({
    ...{ dataFolder, namespace: 'default', cliPath: process.env['TEST_TEMPORAL_CLI'] ?? '' },
    ...{ port: 0, portIsDefault: false, uiPort: 0, uiPortIsDefault: false, report: () => undefined },
  });
  ends.push(() => temporal.stop());
  const postgres = await startPostgres();
  ends.push(() => postgres.remove());
  const redis = await startRedis();
  ends.push(() => redis.close());
  const provider = await startScriptedProvider();
  ends.push(() => provider.close());
  const folder = await makeProductFolder({ files });
  ends.push(() => folder.remove());
  const shared = {
    ...{
      TEMPORAL_ADDRESS: temporal.address,
      REDIS_URL: redis.url,
      DATABASE_URL: await postgres.createDatabase(),
    },
    ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: provider.openaiUrl },
  };
  return {
    ...{ redis, postgres, provider, folder, env: shared },
    async startApi(env = {}) {
      const part = await folder.startPart(['api'], { ...shared, ...env });
      if (part.url === null) throw new Error(`The API told no address:\n${part.output()}`);
      return { ...part, url: part.url };
    },
    startWorker: (queue, env = {}) => folder.startPart(['worker', '--queue', queue], { ...shared, ...env }),
    async close() {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    },
  };
}
