/** What a worker tells of itself over HTTP: that it lives, whether it can work, and its numbers. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAnswered } from '../api/is-answered.ts';
import type { SharedParts } from './open-shared-parts.ts';
import type { RunningWorkers } from './run-workers.ts';
import type { Surroundings } from './surroundings.ts';
import type { Ends } from './with-ends.ts';

export interface ServedHealth {
  surroundings: Surroundings;
  parts: SharedParts;
  workers: RunningWorkers;
}

/** Gives its address; null where the settings name none. */
export async function serveHealth(served: ServedHealth, ends: Ends): Promise<string | null> {
  const { metricsAddress } = served.surroundings.settings;
  if (metricsAddress === null) return null;
  const server = createHealthServer(served);
  const { host } = metricsAddress;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Error(
          `OFFSTAGE_METRICS: ${host}:${metricsAddress.port} cannot be listened at (${error.code ?? ''})`,
        ),
      );
    });
    server.listen(metricsAddress.port, host, resolve);
  });
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface HealthAnswer {
  status: number;
  type?: string;
  body: string;
}

function createHealthServer({ surroundings, parts, workers }: ServedHealth): Server {
  const { registry } = surroundings;
  const answers: Record<string, () => Promise<HealthAnswer>> = {
    '/healthz': () => Promise.resolve({ status: 200, body: JSON.stringify({ status: 'ok' }) }),
    '/readyz': async () => {
      const [temporal, store] = await Promise.all([
        isAnswered(parts.client.connection.workflowService.getSystemInfo({})),
        isAnswered(parts.store.ping()),
      ]);
      const checks = { temporal, store, worker: workers.isReady() };
      const ready = Object.values(checks).every(Boolean);
      return { status: ready ? 200 : 503, body: JSON.stringify({ ready, ...checks }) };
    },
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
  return createServer((request, response) => {
    const answer = answers[request.url?.split('?')[0] ?? ''];
    const given: Promise<HealthAnswer> = answer?.() ?? Promise.resolve({ status: 404, body: '{}' });
    given.then(
      ({ status, body, type = 'application/json' }) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      },
      () => response.writeHead(500).end(),
    );
  });
}
