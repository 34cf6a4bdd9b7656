import { TransportError } from '@temporalio/worker';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { BusError } from '../bus/bus-error.ts';
import { TemporalAway } from '../api/gateway/failures.ts';
import { StoreAway } from '../storage/store-away.ts';

/** Errors whose words are ours or a server's about itself. All others may quote what somebody said. */
const SPEAKABLE = [BusError, TemporalAway, StoreAway, TransportError];

/** The log of a process: one line of JSON each, with ids and names, and never content. */
export function createLogger(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino({ level, base: { pid: process.pid }, serializers: { err: describeError } }, destination);
}

/** What went wrong and where, without the words of errors that are not known to be free of content. */
function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as Error & { code?: unknown };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(SPEAKABLE.some((type) => error instanceof type) ? { message: error.message } : {}),
    stack: frames.join('\n'),
    ...(error.cause instanceof Error && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
