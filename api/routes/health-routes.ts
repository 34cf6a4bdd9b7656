import { setTimeout as sleep } from 'node:timers/promises';
import { healthSchema, readinessSchema } from '../../protocol/schemas/health.ts';
import { defineRoute } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import type { Services } from '../services.ts';

const tag = 'Health';

const alive = defineRoute({
  method: 'get',
  path: '/healthz',
  tag,
  summary: 'Whether the process is alive',
  successes: [{ status: 200, description: 'It is', schema: healthSchema, example: { status: 'ok' } }],
  isOpen: true,
  problems: [],
  handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
});

const ready = defineRoute({
  method: 'get',
  path: '/readyz',
  tag,
  summary: 'Whether Temporal, the store and the workers can be reached',
  successes: [
    { status: 200, description: 'All of them', schema: readinessSchema },
    { status: 503, description: 'Not all of them', schema: readinessSchema },
  ],
  isOpen: true,
  problems: [],
  async handle(services) {
    const [health, store] = await Promise.all([services.gateway.checkHealth(), isStoreReady(services)]);
    const checks = { ...health, store };
    const isReady = Object.values(checks).every(Boolean) && !services.isShutDown();
    return { status: isReady ? 200 : 503, body: { ready: isReady, ...checks } };
  },
});

export const healthRoutes: Route[] = [alive, ready];

const STORE_DEADLINE_MS = 3_000;

async function isStoreReady({ store }: Services): Promise<boolean> {
  const tooLate = new AbortController();
  const answers = store.ping().then(
    () => true,
    () => false,
  );
  const waits = sleep(STORE_DEADLINE_MS, false, { signal: tooLate.signal }).catch(() => false);
  const isReady = await Promise.race([answers, waits]);
  tooLate.abort();
  return isReady;
}
