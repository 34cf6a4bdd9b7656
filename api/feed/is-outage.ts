import { StoreAway } from '../../storage/store-away.ts';
import { TemporalAway } from '../gateway/failures.ts';

/** Whether it may go well a moment later. */
export function isOutage(error: unknown): boolean {
  return error instanceof TemporalAway || error instanceof StoreAway;
}
