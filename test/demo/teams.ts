/** What a few teams look like to their models. */
import type { Call, Tool } from './demo-client.ts';

const text = { type: 'string' };

function tool(name: string, properties: Record<string, unknown> = {}, description = name): Tool {
  return { name, description, parameters: { type: 'object', properties } };
}

function toTeamTools(agents: Record<string, string>): Tool[] {
  const list = Object.entries(agents).map(([name, description]) => `- ${name}: ${description}`);
  const description = `Starts an agent in the background.\n${list.join('\n')}`;
  const properties = {
    agent: { type: 'string', enum: Object.keys(agents) },
    task: text,
    title: text,
    attachments: { type: 'array', items: text },
  };
  const byId = { task_id: text };
  return [
    tool('run_background_agent', properties, description),
    tool('list_background_agents'),
    tool('view_background_agent', byId),
    tool('stop_background_agent', { ...byId, mode: text }),
    tool('message_background_agent', { ...byId, message: text }),
    tool('wait_background_agents', { task_ids: { type: 'array', items: text } }),
  ];
}

/** Docker Agent's example as its coordinator sees it. */
export const research = {
  system:
    'You are a research coordinator. When the user asks a question:\n1. Break the question into independent ' +
    'research tasks.\n2. Dispatch each task to the appropriate sub-agent so they run in parallel.',
  tools: [
    tool('think', { thought: text }),
    ...toTeamTools({
      web_researcher: 'Searches the web for information and summarises findings',
      code_analyst: 'Analyses local code and provides technical insights',
    }),
  ],
};

/** The same agents in the dialect that has a tool for each, and somebody to hand over to. */
export const researchInTasks = {
  system: 'You are a research coordinator.',
  tools: [
    tool(
      'web_researcher',
      { task: text, background: { type: 'boolean' } },
      'Searches the web for prices and news',
    ),
    tool('code_analyst', { task: text, background: { type: 'boolean' } }, 'Analyses local code'),
    tool('list_tasks'),
    tool('get_task_result', { task_id: text, wait: { type: 'boolean' } }),
    tool('stop_task', { task_id: text }),
    tool('handoff', {
      agent: { type: 'string', enum: ['billing'], description: '- billing: Invoices, payments and refunds' },
    }),
  ],
};

export const clinic = {
  system: 'You look after patients.',
  tools: toTeamTools({
    caller: 'Calls a patient on the phone and notes the answers',
    letter_writer: 'Writes letters to patients and doctors',
    image_reader: 'Describes photos and scans',
  }),
};

export const transferTools: Tool[] = [
  tool('transfer_task', {
    agent: {
      type: 'string',
      enum: ['billing', 'shipping'],
      description: '- billing: Invoices\n- shipping: Parcels',
    },
    task: text,
  }),
];

export const builtInTools: Tool[] = [
  tool('end_session', { reason: text }),
  tool('schedule_follow_up', { message: text, after: text }),
  tool('cancel_follow_up', { id: text }),
];

export const todoTools: Tool[] = [
  tool('create_todos', { descriptions: { type: 'array', items: text } }),
  tool('list_todos'),
];

export const workerTools: Tool[] = [
  tool('think', { thought: text }),
  tool('save_file', { name: text, media_type: text, content: text }),
  tool('ask_starter', { question: text }),
];

export const FIRST_TASK = 'agent_task_11111111-1111-4111-8111-111111111111';
export const SECOND_TASK = 'agent_task_22222222-2222-4222-8222-222222222222';
export const TASK_LIST = [
  'task_id | agent | title | status | runtime',
  `- ${FIRST_TASK} | web_researcher | Prices of heat pumps | running | 4 s`,
  `- ${SECOND_TASK} | code_analyst | Slow queries | running | 3 s`,
].join('\n');

export const listCall: Call = { id: 'call_list', name: 'list_background_agents', arguments: {} };
