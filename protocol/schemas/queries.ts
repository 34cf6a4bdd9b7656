/** Query strings. Values come as text; what is not known is an error. */
import { z } from 'zod';

export const TASK_STATUSES = [
  'queued',
  'running',
  'waiting_input',
  'paused',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;

export const SESSION_STATUSES = ['opening', 'idle', 'busy', 'closing', 'closed', 'aborted'] as const;

const cursor = z.string().max(500).optional().meta({ description: 'The nextCursor of the page before.' });
const limit = z.coerce
  .number({ error: (issue) => (issue.code === 'invalid_type' ? 'must be a number' : undefined) })
  .int('must be a whole number')
  .min(1)
  .max(200)
  .default(50)
  .meta({ description: 'How many at most.' });
const filter = z.string().min(1, 'must not be empty').max(200).optional();

export const pageQuerySchema = z.strictObject({ cursor, limit });
export const listSessionsQuerySchema = z.strictObject({
  status: z.enum(SESSION_STATUSES).optional(),
  agent: filter,
  user: filter,
  cursor,
  limit,
});
export const listTasksQuerySchema = z.strictObject({
  status: z.enum(TASK_STATUSES).optional(),
  agent: filter,
  user: filter,
  cursor,
  limit,
});

export const eventsQuerySchema = z.strictObject({
  from: z
    .union([z.literal('latest'), z.coerce.number().int().min(1)], {
      error: 'must be an offset (1 or more) or the word latest',
    })
    .optional()
    .meta({ description: 'The offset to begin with, or `latest` for what comes.' }),
  cursor,
  limit,
});

export type EventsQuery = z.infer<typeof eventsQuerySchema>;
