import type { Bus } from './bus.ts';
import { MemoryBus } from './memory-bus.ts';
import { RedisBus } from './redis-bus.ts';

export interface BusOptions {
  /** null: this process has nobody to share a bus with. */
  redisUrl: string | null;
  /** Hears what listeners threw, and of each outage of Redis once. */
  onError: (error: unknown) => void;
}

export async function openBus({ redisUrl, onError }: BusOptions): Promise<Bus> {
  return redisUrl === null ? new MemoryBus(onError) : RedisBus.open(redisUrl, onError);
}
