import { healthSchema, readinessSchema } from '../../protocol/schemas/health.ts';
import { defineRoute } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { isAnswered } from '../is-answered.ts';

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
    const [health, store] = await Promise.all([
      services.gateway.checkHealth(),
      isAnswered(services.store.ping()),
    ]);
    const checks = { ...health, store };
    const isReady = Object.values(checks).every(Boolean) && !services.shutDown.aborted;
    return { status: isReady ? 200 : 503, body: { ready: isReady, ...checks } };
  },
});

const metrics = defineRoute({
  method: 'get',
  path: '/metrics',
  tag,
  summary: 'The numbers of this process, for Prometheus',
  description:
    'Requests, streams, the store, and where the process works too, turns, tasks, model calls, tokens, cost. ' +
    'No label holds an id or content. A worker tells its numbers at OFFSTAGE_METRICS. Where there are access keys it wants one.',
  successes: [{ status: 200, description: 'In the text format of Prometheus', mediaType: 'text/plain' }],
  problems: [],
  async handle({ registry }, { response }) {
    response.setHeader('Content-Type', registry.contentType);
    response.status(200).end(await registry.metrics());
    return undefined;
  },
});

export const healthRoutes: Route[] = [alive, ready, metrics];
