/** Teams for tests: each agent's model is named after it, so that a script can tell them apart. */
import { DEFAULT_LIMITS } from '../../protocol/team.ts';
import type { Agent, Limits, Team } from '../../protocol/team.ts';

export interface TestAgent extends Partial<Omit<Agent, 'subAgents' | 'toolsets'>> {
  subAgents?: string[];
  toolsets?: Agent['toolsets'];
}

export function makeTeam(agents: Record<string, TestAgent>, limits: Partial<Limits> = {}): Team {
  const names = Object.keys(agents);
  return {
    name: 'test',
    version: `test-${JSON.stringify({ agents, limits }).length}-${names.join('-')}`,
    entry: names[0] ?? '',
    agents: Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, makeAgent(name, agent)])),
    models: Object.fromEntries(names.map((name) => [name, makeModel(name)])),
    limits: { ...DEFAULT_LIMITS, ...limits },
    onClose: 'stop',
    unavailable: [],
  };
}

function makeAgent(name: string, { subAgents = [], toolsets, ...rest }: TestAgent): Agent {
  return {
    name,
    description: `the ${name}`,
    instruction: `You are ${name}.`,
    model: name,
    subAgents: subAgents.map((agent) => ({
      agent,
      name: null,
      description: null,
      input: null,
      holdingMessage: null,
    })),
    handoffs: [],
    toolsets: toolsets ?? (subAgents.length > 0 ? [{ type: 'background_agents' }] : []),
    maxIterations: 20,
    fallback: null,
    addDate: false,
    addEnvironmentInfo: false,
    welcomeMessage: null,
    commands: {},
    ...rest,
  };
}

function makeModel(name: string): Team['models'][string] {
  return {
    provider: 'openai',
    model: name,
    baseUrl: null,
    tokenKey: null,
    temperature: null,
    topP: null,
    maxTokens: null,
    thinkingBudget: null,
    parallelToolCalls: null,
    providerOptions: {},
  };
}
