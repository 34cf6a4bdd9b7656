/** `models:` and `providers:` of a team file: the keys of Docker Agent. */
import { z } from 'zod';

const THINKING_WORDS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

export const modelFileSchema = z.strictObject({
  provider: z.string().optional().meta({ description: 'Such as openai, anthropic, google, ollama.' }),
  model: z.string().optional().meta({ description: "The model's name at its provider." }),
  first_available: z
    .array(z.string())
    .min(1)
    .optional()
    .meta({ description: 'Models as provider/model, instead of one: the first whose key is set is taken.' }),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  parallel_tool_calls: z.boolean().optional(),
  token_key: z.string().optional().meta({ description: 'The environment variable with the key.' }),
  provider_opts: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Added to the request as they are.' }),
  track_usage: z.boolean().optional(),
  thinking_budget: z
    .union([z.enum(THINKING_WORDS), z.int().min(-1)], {
      error: `must be a number of tokens or one of ${THINKING_WORDS.join(', ')}`,
    })
    .optional(),
  routing: z.array(z.strictObject({ model: z.string(), examples: z.array(z.string()) })).optional(),
});

export const providerFileSchema = z.strictObject({
  api_type: z.enum(['openai_chatcompletions', 'openai_responses']).optional(),
  base_url: z.url({ protocol: /^https?$/ }),
  token_key: z.string().optional().meta({ description: 'The environment variable with the key.' }),
});

export type ModelFile = z.infer<typeof modelFileSchema>;
export type ProviderFile = z.infer<typeof providerFileSchema>;
