import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { NO_USAGE, tidyAmount } from '../protocol/content.ts';
import type { Usage } from '../protocol/content.ts';
import type { Database } from './tables.ts';

const COUNTS = ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningTokens', 'costUsd'] as const;

/**
 * What the model calls of a session used, by task; its own conversation is null. A sum of which one part is unknown
 * is unknown.
 */
export async function readUsage(
  db: Kysely<Database>,
  { workspace, session }: { workspace: string; session: string },
): Promise<Map<string | null, Usage>> {
  const sums = COUNTS.map(
    (name) =>
      sql`case when count(*) = count(usage ->> ${sql.lit(name)})
        then sum((usage ->> ${sql.lit(name)})::double precision) end as ${sql.ref(name)}`,
  );
  const { rows } = await sql<Usage & { task: string }>`
    select task, sum((usage ->> 'modelCalls')::integer)::integer as "modelCalls", ${sql.join(sums)}
    from transcript_rows
    where workspace = ${workspace} and session = ${session} and kind = 'assistant' and usage is not null
    group by task`.execute(db);
  const usages = rows.map(({ task, ...usage }) => {
    const costUsd = usage.costUsd === null ? null : tidyAmount(usage.costUsd);
    return [task === '' ? null : task, { ...usage, costUsd }] as const;
  });
  return new Map<string | null, Usage>([[null, { ...NO_USAGE }], ...usages]);
}
