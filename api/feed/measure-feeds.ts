import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { SessionFeeds } from './session-feeds.ts';

/** Who reads feeds, read when somebody asks. */
export function measureFeeds(registry: Registry, feeds: Pick<SessionFeeds, 'count'>): void {
  const registers = [registry];
  new Gauge({
    name: 'offstage_feed_readers',
    help: 'Open streams, and requests that wait for the end of a turn',
    registers,
    collect() {
      this.set(feeds.count().readers);
    },
  });
  new Gauge({
    name: 'offstage_feed_subscriptions',
    help: 'Conversations that this process listens to, one for all readers of each',
    registers,
    collect() {
      this.set(feeds.count().subscriptions);
    },
  });
  new Counter({
    name: 'offstage_feed_readers_cut_off_total',
    help: 'Readers that did not keep up',
    registers,
    collect() {
      this.reset();
      this.inc(feeds.count().cutOff);
    },
  });
}
