// Jest's globalSetup of the server tests. Jest loads it with plain Node, so it registers the TypeScript hooks itself.
import '../../scripts/register-typescript.mjs';

export default async function startServer() {
  const { startTestRun } = await import('./test-run.ts');
  globalThis.offstageTestRun = await startTestRun();
}
