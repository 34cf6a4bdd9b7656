import { ApplicationFailure } from '@temporalio/common';
import type { ActivityObserver } from '../activity-observer.ts';
import type { Provider } from './provider.ts';

/** The same provider, and `observer` hears how each of its calls ended. */
export function observeProvider(provider: Provider, observer: ActivityObserver): Provider {
  return {
    async call(call) {
      const begin = performance.now();
      const { provider: name } = call.model;
      const read = (): number => performance.now() - begin;
      try {
        const reply = await provider.call(call);
        observer.modelCallEnded({ provider: name, ms: read(), failure: null, usage: reply.usage });
        return reply;
      } catch (error) {
        const failure = call.signal.aborted ? 'aborted' : toType(error);
        observer.modelCallEnded({ provider: name, ms: read(), failure, usage: null });
        throw error;
      }
    },
  };
}

function toType(error: unknown): string {
  return (error instanceof ApplicationFailure ? error.type : null) ?? 'unknown';
}
