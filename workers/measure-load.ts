import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { WorkerLoad, Workers } from './start-workers.ts';

/** How full workers are, read when somebody asks. */
export function measureLoad(registry: Registry, workers: Pick<Workers, 'load'>): void {
  const gauge = (name: string, help: string, read: (load: WorkerLoad) => number): void => {
    new Gauge({
      ...{ name: `offstage_${name}`, help, labelNames: ['queue'], registers: [registry] },
      collect() {
        for (const load of workers.load()) this.set({ queue: load.queue }, read(load));
      },
    });
  };
  gauge('activity_slots', 'How many activities a worker runs at once, at most', ({ slots }) => slots);
  gauge('activity_slots_used', 'Activities that run at the moment', ({ activities }) => activities);
  gauge('cached_workflows', 'Sessions and tasks that a worker has in memory', ({ workflows }) => workflows);
}
