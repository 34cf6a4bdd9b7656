/** The teams that are measured. The names of the models say how they behave (provider/bench-provider.ts). */
const limits = 'limits: {max_running_tasks: 500, max_unfinished_tasks: 1000, max_tool_calls_per_step: 500}';

const write = (conversation: string, task: string): string => `
${limits}
agents:
  root:
    model: openai/${conversation}
    description: Talks
    instruction: Answer.
    sub_agents: [worker]
    toolsets: [{type: background_agents}]
  worker:
    model: openai/${task}
    description: Works
    instruction: Work.
    toolsets: [{type: todo}]
`;

export const teamFiles = {
  quick: write('wait-0', 'wait-0'),
  slow: write('wait-500', 'wait-500'),
  /** Quick to talk to, with agents that take 500 ms. */
  patient: write('wait-0', 'wait-500'),
  /** Agents that do not end: ten seconds of talk, a tool call, and so on. */
  busy: write('wait-0', 'steady-10000'),
};
