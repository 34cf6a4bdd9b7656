/** One connection to Redis that comes back by itself, and keeps nothing for later while it is away. */
import { Redis } from 'ioredis';

/** A server that answers neither a ping nor a greeting for so long counts as away. */
const SILENCE_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

export interface RedisConnectionEvents {
  /** Connected, for the first time or again. */
  onReady: () => void;
  /** Not connected, or an attempt failed; with the reason where there is one. */
  onAway: (reason: unknown) => void;
}

export function openRedisConnection(url: string, { onReady, onAway }: RedisConnectionEvents): Redis {
  const redis = new Redis(url, {
    connectionName: 'offstage',
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Pokes and deltas that are late are worth nothing: what cannot be sent now is dropped.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    autoResubscribe: false,
    retryStrategy: toRetryDelay,
  });
  redis.on('ready', onReady);
  redis.on('error', onAway);
  redis.on('close', () => onAway(new Error('the connection was closed')));
  reconnectWhenSilent(redis);
  return redis;
}

/** The client's own `socketTimeout` outlives its connection and cuts off the next one. */
function reconnectWhenSilent(redis: Redis): void {
  let isSilent = false;
  const hear = (): void => {
    isSilent = false;
  };
  redis.on('ready', hear);
  const timer = setInterval(() => {
    if (redis.status !== 'ready' && redis.status !== 'connect') return hear();
    if (isSilent) redis.disconnect(true);
    isSilent = !isSilent;
    if (isSilent && redis.status === 'ready') redis.ping().then(hear, hear);
  }, SILENCE_MS);
  timer.unref();
  redis.on('end', () => clearInterval(timer));
}

/** With chance in it, so that many processes do not come back at once. */
function toRetryDelay(attempt: number): number {
  const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
  return delay * (0.5 + Math.random() / 2);
}
