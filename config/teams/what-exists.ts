/**
 * What team files may ask for and this system does not have yet, or will not have. The one place: what is built loses
 * its line here, and with it the warning at load and the answer to the model.
 */
import type { ToolsetType } from '../../protocol/schemas/team-file-toolset.ts';

/** Null: it exists. Otherwise why its tools are not there, said at load and to the model. */
export const TOOLSETS: Record<ToolsetType, string | null> = {
  background_agents: null,
  handoff: null,
  think: null,
  todo: null,
  transfer_task: null,
  a2a: 'remote agents are not connected',
  api: 'tools made from an HTTP address do not exist yet',
  fetch: 'fetching web pages does not exist yet',
  filesystem: 'access to files does not exist yet',
  lsp: 'language servers are not connected',
  mcp: 'MCP servers are not connected yet',
  memory: 'memory across sessions does not exist yet',
  model_picker: 'an agent cannot change its own model',
  openapi: 'tools made from an OpenAPI description do not exist yet',
  script: 'scripts as tools do not exist yet',
  shell: 'running commands does not exist yet',
  tasks: "Docker Agent's task list does not exist here; todo is the nearest",
  user_prompt: 'asking the user by a form does not exist yet; the agent can ask in its answer',
};

/** Keys that are understood and have no effect yet; `*` stands for any one name or position. */
export const KEYS_WITHOUT_EFFECT: readonly (readonly [path: string, reason: string])[] = [
  ['permissions', 'permissions do not exist yet: an agent may call every tool that it has'],
  ['mcps', 'MCP servers are not connected yet'],
  ['rag', 'search in documents does not exist yet'],
  ['agents.*.permissions', 'permissions do not exist yet: the agent may call every tool that it has'],
  ['agents.*.hooks', 'hooks around tools do not exist here and do not run'],
  ['agents.*.code_mode_tools', 'code mode does not exist here; tools are called one by one'],
  ['agents.*.num_history_items', 'the agent always sees the whole conversation'],
  ['agents.*.add_prompt_files', 'files are not added to the prompt; put their text into the instruction'],
  ['agents.*.add_description_parameter', 'tool calls have no description parameter here'],
  ['agents.*.rag', 'search in documents does not exist yet'],
  ['agents.*.skills', 'skills do not exist here'],
  ['models.*.routing', 'routing does not exist here: the entry’s own model answers everything'],
];

/** Options of the toolsets that exist; every other one is told to have no effect. */
export const TOOLSET_OPTIONS: readonly string[] = ['type'];

/** What Docker Agent itself makes of `provider_opts`; providers would refuse these as parts of a request. */
export const DOCKER_PROVIDER_OPTIONS: readonly string[] = [
  'api_version',
  'interleaved_thinking',
  'rerank_prompt',
  'runtime_flags',
  'speculative_acceptance_rate',
  'speculative_draft_model',
  'speculative_num_tokens',
];
