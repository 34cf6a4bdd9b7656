/** What the OpenAPI document shows as examples. */
import type { MessageResource, SessionResource } from '../../protocol/schemas/resources.ts';

const AT = '2026-01-31T09:30:00.000Z';
const USAGE = {
  inputTokens: 812,
  cachedInputTokens: 512,
  outputTokens: 64,
  reasoningTokens: null,
  costUsd: null,
  modelCalls: 1,
};

export const exampleMessage: MessageResource = {
  id: 'msg_019c1370d44007b1c5d2a9e84f60',
  turn: 1,
  step: 1,
  role: 'assistant',
  agent: 'root',
  content: [{ type: 'text', text: 'I have started the comparison and will tell you when it is there.' }],
  toolCalls: [],
  status: 'committed',
  createdAt: AT,
  usage: USAGE,
};

export const exampleSession: SessionResource = {
  id: 'ses_019c1370d4404fd2a3c1e5f70712',
  workspace: 'default',
  status: 'idle',
  team: { name: 'assistant', version: '5b1f0c7d9a3e4b2c8d6e1f0a7b9c3d2e' },
  agent: 'root',
  user: 'user-17',
  title: null,
  demo: false,
  createdAt: AT,
  updatedAt: AT,
  closedAt: null,
  closeReason: null,
  variables: {},
  metadata: {},
  tasks: [],
  usage: USAGE,
  treeUsage: USAGE,
  budget: null,
  offset: 7,
  analysis: null,
  hooks: [],
  links: {
    temporal: null,
    events: '/v1/sessions/ses_019c1370d4404fd2a3c1e5f70712/events',
    messages: '/v1/sessions/ses_019c1370d4404fd2a3c1e5f70712/messages',
  },
};
