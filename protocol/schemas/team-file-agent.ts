/** An agent of a team file. */
import { z } from 'zod';
import { toolsetFileSchema } from './team-file-toolset.ts';

export const subAgentFileSchema = z.union(
  [
    z.string(),
    z.strictObject({
      agent: z.string(),
      name: z.string().optional(),
      description: z.string().optional(),
      input: z
        .record(z.string(), z.unknown())
        .optional()
        .meta({ description: 'Variables mapped into the task.' }),
      holding_message: z
        .string()
        .optional()
        .meta({ description: 'Said where a turn that started the task would end without a word.' }),
    }),
  ],
  { error: 'must be the name of an agent, or {agent, name, description, input, holding_message}' },
);

export const handoffFileSchema = z.union(
  [z.string(), z.strictObject({ agent: z.string(), description: z.string().optional() })],
  { error: 'must be the name of an agent, or {agent, description}' },
);

const commandSchema = z.union(
  [z.string(), z.strictObject({ description: z.string().optional(), instruction: z.string().optional() })],
  { error: 'must be the text of the prompt, or {description, instruction}' },
);

const commandsSchema = z.union(
  [z.record(z.string(), commandSchema), z.array(z.record(z.string(), commandSchema))],
  { error: 'must be a map or a list of name: prompt' },
);

const fallbackFileSchema = z.strictObject({
  models: z.array(z.string()).optional(),
  retries: z.int().min(-1).optional(),
  cooldown: z.string().optional().meta({ description: 'Such as 30s or 2m30s.' }),
});

const dockerHooksSchema = z.strictObject({
  pre_tool_use: z.array(z.unknown()).optional(),
  post_tool_use: z.array(z.unknown()).optional(),
  session_start: z.array(z.unknown()).optional(),
  session_end: z.array(z.unknown()).optional(),
  on_user_input: z.array(z.unknown()).optional(),
});

const structuredOutputSchema = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  strict: z.boolean().optional(),
  schema: z.record(z.string(), z.unknown()),
});

export const permissionsFileSchema = z.strictObject({
  allow: z.array(z.string()).optional(),
  ask: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
});

export const budgetFileSchema = z.strictObject({
  tokens: z.number().min(0).optional(),
  cost_usd: z.number().min(0).optional(),
  seconds: z.number().min(0).optional(),
  on_exhausted: z.enum(['ask', 'stop']).optional(),
});

export const agentFileSchema = z.strictObject({
  model: z.string().optional().meta({ description: 'provider/model, or a name of models:' }),
  description: z.string().optional().meta({ description: 'What it is good for: others choose it by this.' }),
  instruction: z.string().optional(),
  sub_agents: z.array(subAgentFileSchema).optional().meta({ description: 'Whom it may give tasks to.' }),
  handoffs: z.array(handoffFileSchema).optional(),
  toolsets: z.array(toolsetFileSchema).optional(),
  functions: z
    .array(z.string())
    .optional()
    .meta({ description: 'Names of functions:, and built-in ones such as end_session.' }),
  max_iterations: z.int().min(0).optional().meta({ description: 'Steps of a turn; default 50.' }),
  budget: budgetFileSchema.optional(),
  fallback: fallbackFileSchema.optional(),
  add_date: z.boolean().optional(),
  add_environment_info: z.boolean().optional(),
  welcome_message: z.string().optional(),
  commands: commandsSchema.optional(),
  structured_output: structuredOutputSchema.optional(),
  permissions: permissionsFileSchema.optional(),
  hooks: dockerHooksSchema.optional(),
  code_mode_tools: z.boolean().optional(),
  num_history_items: z.int().min(0).optional(),
  add_prompt_files: z.array(z.string()).optional(),
  add_description_parameter: z.boolean().optional(),
  rag: z.array(z.string()).optional(),
  skills: z.boolean().optional(),
});

export type AgentFile = z.infer<typeof agentFileSchema>;
