import type { ApiDependencies } from './dependencies.ts';
import { EventSource } from './feed/event-source.ts';
import { measureFeeds } from './feed/measure-feeds.ts';
import { SessionFeeds } from './feed/session-feeds.ts';

/** What routes work with: the dependencies, and what one API process keeps. */
export interface Services extends ApiDependencies {
  source: EventSource;
  feeds: SessionFeeds;
  /** The process ends: streams are told to come back, and nobody waits on. */
  shutDown: AbortSignal;
}

export function createServices(dependencies: ApiDependencies, shutDown: AbortSignal): Services {
  const { store, gateway, bus, logger, registry } = dependencies;
  const source = new EventSource({ store, gateway, bus });
  const feeds = new SessionFeeds({ source, bus, logger });
  measureFeeds(registry, feeds);
  shutDown.addEventListener('abort', () => feeds.stop());
  return { ...dependencies, source, feeds, shutDown };
}
