/** Teams by file name: one whose conversation speaks OpenAI's protocol and its tasks Anthropic's, and the other way. */
import { IDLE_TIMEOUT_MS } from './trouble.ts';

const write = (conversation: string, task: string): string => `
limits:
  model_idle_timeout: ${IDLE_TIMEOUT_MS}ms
agents:
  root:
    model: ${conversation}
    description: Talks
    instruction: Answer.
    sub_agents: [helper]
    toolsets: [{type: background_agents}, {type: todo}]
  helper:
    model: ${task}
    description: Works
    instruction: Work.
    toolsets: [{type: todo}]
`;

export const teamFiles = {
  openai: write('openai/gpt-4o', 'anthropic/claude-sonnet-4-0'),
  anthropic: write('anthropic/claude-sonnet-4-0', 'openai/gpt-4o'),
};
