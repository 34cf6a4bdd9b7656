// Jest's globalTeardown of the server tests.
export default async function stopServer() {
  await globalThis.offstageTestRun?.stop();
}
