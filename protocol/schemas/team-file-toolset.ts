/** A toolset of an agent: every type and key of Docker Agent, and ours. */
import { z } from 'zod';

export const TOOLSET_TYPES = [
  'a2a',
  'api',
  'background_agents',
  'fetch',
  'filesystem',
  'handoff',
  'lsp',
  'mcp',
  'memory',
  'model_picker',
  'openapi',
  'script',
  'shell',
  'tasks',
  'think',
  'todo',
  'transfer_task',
  'user_prompt',
] as const;

export type ToolsetType = (typeof TOOLSET_TYPES)[number];

const texts = z.record(z.string(), z.string());
const anything = z.record(z.string(), z.unknown());

const remoteSchema = z.strictObject({
  url: z.string(),
  transport_type: z.string().optional(),
  headers: texts.optional(),
});

const deferSchema = z.union([z.boolean(), z.array(z.string())], {
  error: 'must be true, false or a list of tool names',
});

/** What a toolset of type `mcp` and an entry of `mcps:` have in common. */
const mcpShape = {
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  ref: z.string().optional(),
  remote: remoteSchema.optional(),
  config: z.unknown().optional(),
  version: z.string().optional(),
  env: texts.optional(),
  tools: z.array(z.string()).optional(),
  instruction: z.string().optional(),
  name: z.string().optional(),
  defer: deferSchema.optional(),
};

export const mcpFileSchema = z.strictObject(mcpShape);

export const toolsetFileSchema = z.strictObject({
  type: z.enum(TOOLSET_TYPES),
  ...mcpShape,
  dialect: z
    .enum(['background_agents', 'tasks'])
    .optional()
    .meta({ description: 'Which set of tools background_agents gives.' }),
  progress_nudge: z
    .strictObject({ after: z.string().optional(), every: z.string().optional() })
    .optional()
    .meta({ description: 'A turn for the main agent when a task is slow.' }),
  toon: z.string().optional(),
  model: z.string().optional(),
  shared: z.boolean().optional(),
  path: z.string().optional(),
  shell: anything.optional(),
  post_edit: z.array(z.strictObject({ path: z.string(), cmd: z.string() })).optional(),
  api_config: anything.optional(),
  ignore_vcs: z.boolean().optional(),
  timeout: z.int().min(1).optional(),
  url: z.string().optional(),
  headers: texts.optional(),
  file_types: z.array(z.string()).optional(),
  models: z.array(z.string()).optional(),
});

export type ToolsetFile = z.infer<typeof toolsetFileSchema>;
