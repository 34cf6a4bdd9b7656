import type { Logger } from 'pino';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { OutageListener } from '../storage/postgres-pool.ts';

/** The numbers of a process, with those of Node itself (`process_…`, `nodejs_…`). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Says and counts each outage of the store, once. */
export function createOutageReport(logger: Logger, registry: Registry): OutageListener {
  const outages = new Counter({
    name: 'offstage_store_outages_total',
    help: 'How often the store went away, as this process saw it',
    registers: [registry],
  });
  return (reason) => {
    if (reason === null) {
      logger.info('the store is back');
      return;
    }
    outages.inc();
    logger.warn({ reason }, 'the store is away');
  };
}
