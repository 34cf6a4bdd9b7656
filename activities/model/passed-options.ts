import type { ModelConfig } from '../../protocol/team.ts';

/** Keys of `provider_opts` that Docker Agent reads itself; no server knows them. */
const DOCKER_AGENT_OPTIONS = new Set([
  'interleaved_thinking',
  'rerank_prompt',
  'runtime_flags',
  'speculative_draft_model',
  'speculative_num_tokens',
  'speculative_acceptance_rate',
]);

/** Provider options for the request's body, as the team file has them. */
export function passedOptions(model: ModelConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(model.providerOptions).filter(([name]) => !DOCKER_AGENT_OPTIONS.has(name)),
  );
}
