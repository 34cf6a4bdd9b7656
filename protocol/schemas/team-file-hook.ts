/** Hooks and the analysis of a team file. */
import { z } from 'zod';

export const duration = z
  .union([z.string(), z.number()], { error: 'must be a time such as 30s, 10m, 24h or 7d' })
  .meta({ description: 'A time such as 30s, 10m, 24h or 7d; a bare number is seconds.' });

export const hookFileSchema = z.strictObject({
  background_agent: z.string().optional().meta({ description: 'The agent that runs, as a task of its own.' }),
  function: z.string().optional().meta({ description: 'The function that is called.' }),
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Variables of the agent's task, made from the session's by {{name}}." }),
  output: z.literal('variables', { error: 'must be the word variables' }).optional().meta({
    description: "The agent's JSON answer, by its structured_output, becomes variables of the session.",
  }),
  timeout: duration.optional(),
  on_error: z
    .enum(['abort', 'continue'])
    .optional()
    .meta({ description: 'Before a session: whether it is opened although the hook failed; default abort.' }),
  parallel: z
    .boolean()
    .optional()
    .meta({ description: 'Runs together with its neighbours that are parallel too.' }),
});

export const analysisFileSchema = z.strictObject({
  model: z.string().optional().meta({ description: 'provider/model, or a name of models:' }),
  instruction: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the answer.' }),
});

export type HookFile = z.infer<typeof hookFileSchema>;
