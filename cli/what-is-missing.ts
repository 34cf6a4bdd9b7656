import type { Settings } from '../config/settings.ts';

export interface Missing {
  /** Without these it cannot run; one sentence each. */
  problems: string[];
  /** Without these it is worse; one sentence each. */
  warnings: string[];
}

/** What a process that runs apart from others needs to share with them. */
export function findWhatIsMissing({ temporal, databaseUrl, redisUrl }: Settings): Missing {
  const problems: string[] = [];
  const warnings: string[] = [];
  if (temporal.address === null) {
    problems.push(
      'TEMPORAL_ADDRESS is not set: all processes share one Temporal server. Example: TEMPORAL_ADDRESS=localhost:7233',
    );
  }
  if (databaseUrl === null) {
    problems.push(
      'DATABASE_URL is not set: all processes share one PostgreSQL, since the store of the data folder is open to one ' +
        'process only. Example: DATABASE_URL=postgresql://user:password@localhost/offstage',
    );
  }
  if (redisUrl === null) {
    warnings.push(
      'REDIS_URL is not set, so nothing tells one process what another one does: events reach streams up to 15 seconds ' +
        'late, an answer is seen when it is whole, and an interrupt takes a few seconds. Example: REDIS_URL=redis://localhost:6379',
    );
  }
  return { problems, warnings };
}
