// @ts-check
// `node bin/health-check.mjs [/readyz | /healthz]`: asks the API, or the worker, of this container, for an orchestrator.
// Apart from the command, which takes a second to load.
const { OFFSTAGE_METRICS: metrics, OFFSTAGE_PORT: port } = process.env;
const path = process.argv[2] ?? '/readyz';
const url = `http://127.0.0.1:${metrics?.split(':').at(-1) || port || 8080}${path}`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  console.log(`${url}: ${response.status} ${await response.text()}`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  const reason = error instanceof Error ? (error.cause ?? error) : error;
  console.log(`${url} does not answer: ${reason instanceof Error ? reason.message : String(reason)}`);
  process.exitCode = 1;
}
