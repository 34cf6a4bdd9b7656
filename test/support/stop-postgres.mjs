// Jest's globalTeardown of the tests on PostgreSQL.
export default async function stopRunPostgres() {
  await globalThis.offstageTestPostgres?.remove();
}
