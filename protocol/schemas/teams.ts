/** Teams as the API shows them. */
import { z } from 'zod';
import { hookPhaseSchema } from './hooks.ts';

const findingSchema = z
  .strictObject({ path: z.string(), message: z.string(), line: z.number(), column: z.number() })
  .meta({ id: 'Finding', description: 'What is wrong with a team file, or not as its writer may think.' });

export const listedTeamSchema = z
  .strictObject({
    name: z.string(),
    version: z.string().nullable(),
    entry: z.string().nullable(),
    agents: z.array(z.string()),
    errors: z.array(findingSchema),
    warnings: z.array(findingSchema),
  })
  .meta({ id: 'ListedTeam' });

export const teamSchema = z
  .strictObject({
    name: z.string(),
    version: z.string().nullable(),
    entry: z.string().nullable(),
    agents: z.array(
      z.strictObject({
        name: z.string(),
        description: z.string(),
        model: z.string(),
        subAgents: z.array(z.string()),
        handoffs: z.array(z.string()),
        toolsets: z.array(z.string()),
        functions: z.array(z.string()),
        welcomeMessage: z.string().nullable(),
      }),
    ),
    hooks: z.array(
      z.strictObject({
        phase: hookPhaseSchema,
        kind: z.enum(['background_agent', 'function', 'analysis']),
        name: z.string(),
      }),
    ),
    unavailable: z.array(z.strictObject({ agent: z.string(), toolset: z.string(), reason: z.string() })),
    errors: z.array(findingSchema),
    warnings: z.array(findingSchema),
  })
  .meta({ id: 'Team' });

export const teamValidationSchema = z
  .strictObject({ valid: z.boolean(), errors: z.array(findingSchema), warnings: z.array(findingSchema) })
  .meta({ id: 'TeamValidation' });

export type TeamResource = z.infer<typeof teamSchema>;
export type ListedTeamResource = z.infer<typeof listedTeamSchema>;
