/** What an API and a worker both stand on: the store, the bus, and Temporal. */
import { Client } from '@temporalio/client';
import { connectGateway } from '../api/gateway/connection.ts';
import { openBus } from '../bus/open-bus.ts';
import type { Bus } from '../bus/bus.ts';
import type { Store } from '../storage/store.ts';
import type { Surroundings } from './surroundings.ts';
import { startTemporal } from './temporal-server/start-temporal.ts';
import type { TemporalAccess } from './temporal-server/start-temporal.ts';
import type { Ends } from './with-ends.ts';

export interface SharedParts {
  store: Store;
  bus: Bus;
  temporal: TemporalAccess;
  client: Client;
}

export async function openSharedParts(
  { settings, logger, report, openStore }: Surroundings,
  ends: Ends,
): Promise<SharedParts> {
  const store = await openStore();
  ends.push(() => store.close());
  const bus = await openBus({
    redisUrl: settings.redisUrl,
    onError: (error) => logger.error({ err: error }, 'the bus'),
  });
  ends.push(() => bus.close());
  const temporal = await startTemporal({
    settings: settings.temporal,
    dataFolder: settings.dataFolder,
    env: process.env,
    report,
  });
  ends.push(() => temporal.stop());
  const connection = await connectGateway(toPlace(temporal));
  ends.push(() => connection.close());
  return { store, bus, temporal, client: new Client({ connection, namespace: temporal.namespace }) };
}

/** Address, TLS and key: the same for a client and for a worker. */
export function toPlace({ connectionOptions }: TemporalAccess) {
  const { address, tls, apiKey, metadata } = connectionOptions;
  return { address, tls, apiKey, metadata };
}
