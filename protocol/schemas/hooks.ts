/** Hooks of a session as the API shows them. */
import { z } from 'zod';
import { HOOK_PHASES } from '../ids.ts';
import { usageSchema } from './content.ts';
import { failureSchema } from './failure.ts';

export const hookPhaseSchema = z.enum(HOOK_PHASES);
const ENDS = ['completed', 'failed', 'cancelled', 'terminated'] as const;
export const hookEndSchema = z.enum(ENDS);

export const hookNameShape = {
  phase: hookPhaseSchema,
  position: z.number().meta({ description: 'In its phase, from 1; the analysis is 0.' }),
  kind: z.enum(['background_agent', 'function', 'analysis']),
  name: z.string(),
};

export const hookSchema = z
  .strictObject({
    ...hookNameShape,
    status: z.enum(['running', ...ENDS]).meta({
      description: '`terminated`: it said that there is to be no session.',
    }),
    task: z.string().nullable().meta({ description: 'The task of a background agent.' }),
    error: failureSchema.nullable(),
    usage: usageSchema
      .nullable()
      .meta({ description: "Of the analysis; a background agent's is its task's." }),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Hook', description: 'What ran before or after the session, and how it went.' });

export type HookResource = z.infer<typeof hookSchema>;
