/**
 * The team file as it is written. Shapes only: names, references and what exists are the matter of `config/teams`.
 * The keys of Docker Agent are all here, after its published schema, beside our own.
 */
import { z } from 'zod';
import { agentFileSchema, budgetFileSchema, permissionsFileSchema } from './team-file-agent.ts';
import { functionFileSchema } from './team-file-function.ts';
import { analysisFileSchema, duration, hookFileSchema } from './team-file-hook.ts';
import { modelFileSchema, providerFileSchema } from './team-file-model.ts';
import { mcpFileSchema } from './team-file-toolset.ts';

export const limitsFileSchema = z.strictObject({
  max_depth: z.int().min(1).max(10).optional().meta({ description: 'Levels of tasks; default 3.' }),
  allow_cycles: z
    .boolean()
    .optional()
    .meta({ description: 'Whether a task may start an agent that is among its own starters.' }),
  max_running_tasks: z.int().min(1).optional().meta({ description: 'At once, per starter; default 20.' }),
  max_concurrent_tasks: z.int().min(1).optional().meta({ description: 'Another name of max_running_tasks.' }),
  max_unfinished_tasks: z.int().min(1).optional().meta({ description: 'Per starter; default 1000.' }),
  max_tree_tasks: z.int().min(1).optional(),
  max_task_time: duration.optional(),
  wrap_up_timeout: duration.optional().meta({
    description: 'How long a task that is to wrap up may take until it is stopped; default 60s.',
  }),
  max_tool_calls_per_step: z.int().min(1).optional().meta({ description: 'Default 128.' }),
  max_handoffs_per_turn: z.int().min(0).optional().meta({ description: 'Default 5.' }),
  model_idle_timeout: duration.optional(),
  budget: budgetFileSchema.optional(),
});

export const sessionFileSchema = z.strictObject({
  pre: z.array(hookFileSchema).optional().meta({ description: 'What runs before the session, in order.' }),
  post: z.array(hookFileSchema).optional().meta({ description: 'What runs after the session, in order.' }),
  analysis: analysisFileSchema.optional(),
  idle_timeout: z
    .union([z.string(), z.number()], { error: 'must be a time such as 30s, 10m, 24h or 7d, or never' })
    .optional()
    .meta({
      description: 'Without anything said or done for so long it is closed: a time, or never; default 24h.',
    }),
  max_duration: duration.optional().meta({ description: 'Closed after so long, whatever goes on.' }),
  on_close: z.enum(['stop', 'wrap_up', 'keep']).optional().meta({
    description: 'What becomes of unfinished tasks when a session closes; default stop.',
  }),
});

export const metadataFileSchema = z.strictObject({
  author: z.string().optional(),
  license: z.string().optional(),
  readme: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
});

export const teamFileSchema = z
  .strictObject({
    version: z.union([z.string(), z.number()], { error: 'must be a number or text' }).optional(),
    metadata: metadataFileSchema.optional(),
    agents: z.record(z.string(), agentFileSchema).meta({ description: 'root is the entry, else the first.' }),
    models: z.record(z.string(), modelFileSchema).optional(),
    providers: z.record(z.string(), providerFileSchema).optional(),
    functions: z.record(z.string(), functionFileSchema).optional(),
    session: sessionFileSchema.optional(),
    limits: limitsFileSchema.optional(),
    mcps: z.record(z.string(), mcpFileSchema).optional(),
    rag: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    permissions: permissionsFileSchema.optional(),
  })
  .meta({ title: 'Offstage team file' });
