/** A custom function of a team file. */
import { z } from 'zod';

export const functionFileSchema = z.strictObject({
  description: z.string().optional().meta({ description: 'When to call it and what it answers.' }),
  url: z.string().meta({
    description: 'http or https; {{variables}} in path and query, ${env.NAME} and ${secret:NAME} anywhere.',
  }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().meta({ description: 'Default POST.' }),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'JSON schema of the arguments: an object.' }),
  headers: z.record(z.string(), z.string()).optional(),
  timeout: z
    .union([z.string(), z.number()], { error: 'must be a time such as 10s or 2m' })
    .optional()
    .meta({ description: 'Of the wait, default 10s; in the background of each attempt, default 60s.' }),
  background: z.boolean().optional().meta({ description: 'The agent does not wait for its end.' }),
  return_message: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'What the agent reads at once of one that runs in the background.' }),
  error_message: z.string().max(1000).optional().meta({ description: 'What it reads when it failed.' }),
});
