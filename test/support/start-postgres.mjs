// Jest's globalSetup of the tests on PostgreSQL. Jest loads it with plain Node, so it registers the TypeScript hooks itself.
import '../../scripts/register-typescript.mjs';

export default async function startRunPostgres() {
  const { startPostgres } = await import('./postgres.ts');
  globalThis.offstageTestPostgres = await startPostgres();
  process.env.TEST_DATABASE_URL = globalThis.offstageTestPostgres.url;
}
