import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ServiceError } from '@temporalio/client';
import express from 'express';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { TemporalAway } from '../../../api/gateway/failures.ts';
import { observeRequests } from '../../../api/http/observe-requests.ts';
import { createProblemHandler } from '../../../api/http/send-problem.ts';
import { StoreAway } from '../../../storage/store-away.ts';
import { waitFor } from '../../support/wait-for.ts';

let close = (): void => undefined;
afterEach(() => close());

/** A request that fails so: what the client is told, and what the log has of it. */
async function failWith(error: unknown): Promise<{ detail: string; logged: Record<string, unknown> }> {
  const lines: string[] = [];
  const logger = pino({}, { write: (line) => void lines.push(line) });
  const app = express()
    .use(observeRequests(logger, new Registry()))
    .get('/', () => {
      throw error;
    })
    .use(createProblemHandler(logger));
  const server = app.listen(0, '127.0.0.1');
  close = () => void server.close();
  await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(response.status).toBe(503);
  const { detail } = (await response.json()) as { detail: string };
  const line = await waitFor(() => lines.find((text) => text.includes('a request ended')));
  return { detail, logged: JSON.parse(line) as Record<string, unknown> };
}

/** As the SDK throws it: the server's own error within its own. */
function refusal(): Error {
  const fromServer = Object.assign(new Error('16 UNAUTHENTICATED: Request unauthorized.'), {
    ...{ code: 16, details: 'Request unauthorized.', metadata: {} },
  });
  return new ServiceError('Workflow Update failed', { cause: fromServer });
}

describe('the log of a request that an outage failed', () => {
  it('says what Temporal said, which is not told to the client', async () => {
    const { detail, logged } = await failWith(new TemporalAway('Reading', { cause: refusal() }));
    expect(logged['reason']).toBe('16 UNAUTHENTICATED: Request unauthorized.');
    expect(detail).not.toContain('unauthorized');
  });

  it('says when Temporal said nothing', async () => {
    const { logged } = await failWith(new TemporalAway('Reading'));
    expect(logged['reason']).toBe('no answer in time');
  });

  it('says why the store is away', async () => {
    const { detail, logged } = await failWith(new StoreAway('connect ECONNREFUSED 10.0.0.7:5432'));
    expect(logged['reason']).toContain('ECONNREFUSED 10.0.0.7:5432');
    expect(detail).not.toContain('10.0.0.7');
  });
});
