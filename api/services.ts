import type { ApiDependencies } from './dependencies.ts';
import { EventSource } from './feed/event-source.ts';
import { measureFeeds } from './feed/measure-feeds.ts';
import { SessionFeeds } from './feed/session-feeds.ts';

/** What routes work with: the dependencies, and what one API process keeps. */
export interface Services extends ApiDependencies {
  source: EventSource;
  feeds: SessionFeeds;
  /** The process ends: streams are told to come back. */
  isShutDown: () => boolean;
}

export function createServices(dependencies: ApiDependencies, isShutDown: () => boolean): Services {
  const { store, gateway, bus, logger, registry } = dependencies;
  const source = new EventSource({ store, gateway, bus });
  const feeds = new SessionFeeds({ source, bus, logger });
  measureFeeds(registry, feeds);
  return { ...dependencies, source, feeds, isShutDown };
}
