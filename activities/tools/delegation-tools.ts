/** The tools by which an agent gives work to others, as its dialect has them. */
import { z } from 'zod';
import { toToolName } from '../../core/dialect.ts';
import { readDialect } from '../../core/roster.ts';
import { labelOf } from '../../core/sub-agents.ts';
import * as schemas from '../../protocol/schemas/tool-arguments.ts';
import type { Agent, SubAgent, Team } from '../../protocol/team.ts';
import type { CatalogTool } from './catalog-tool.ts';

/** In a stable order, like all tools. */
export function listDelegationTools(team: Team, agent: Agent, hasTasks: boolean): CatalogTool[] {
  const dialect = readDialect(agent);
  if (dialect === null) {
    const transfer = agent.subAgents.length > 0 ? [transferTool(agent)] : [];
    return hasTasks ? [...transfer, ...BACKGROUND_TOOLS, MESSAGE_TOOL] : transfer;
  }
  if (dialect === 'tasks') {
    return [...agent.subAgents.map((entry) => subAgentTool(team, entry)), ...TASK_TOOLS, MESSAGE_TOOL];
  }
  return [transferTool(agent), runTool(agent), ...BACKGROUND_TOOLS, MESSAGE_TOOL, WAIT_TOOL];
}

function agentArgument(agent: Agent): z.ZodType<string> {
  const names = agent.subAgents.map(labelOf);
  return z.enum(names).describe('Which agent does the work');
}

function describeAgents(agent: Agent): string {
  return `The agents are: ${agent.subAgents.map(labelOf).join(', ')}.`;
}

function transferTool(agent: Agent): CatalogTool {
  return {
    name: 'transfer_task',
    description: `Give a task to another agent and wait for its answer. ${describeAgents(agent)}`,
    arguments: schemas.transferTaskArguments.extend({ agent: agentArgument(agent) }),
  };
}

function runTool(agent: Agent): CatalogTool {
  return {
    name: 'run_background_agent',
    description: `Start an agent in the background; answers at once with a task id. ${describeAgents(agent)}`,
    arguments: schemas.runBackgroundAgentArguments.extend({ agent: agentArgument(agent) }),
  };
}

const BACKGROUND_TOOLS: CatalogTool[] = [
  {
    name: 'list_background_agents',
    description: 'List the background agents that you started: id, agent, title, status, runtime.',
    arguments: schemas.listBackgroundAgentsArguments,
  },
  {
    name: 'view_background_agent',
    description: 'Read the status and the output so far, or the whole result, of a background agent.',
    arguments: schemas.viewBackgroundAgentArguments,
  },
  {
    name: 'stop_background_agent',
    description: 'Stop a background agent and all that it started; what it has so far is kept.',
    arguments: schemas.stopBackgroundAgentArguments,
  },
];

/** Of both dialects. */
const MESSAGE_TOOL: CatalogTool = {
  name: 'message_background_agent',
  description: 'Tell a background agent something; it reads it at its next step.',
  arguments: schemas.messageBackgroundAgentArguments,
};

const WAIT_TOOL: CatalogTool = {
  name: 'wait_background_agents',
  description:
    'Wait for background agents to end and read their results. Ends early when the user says something.',
  arguments: schemas.waitBackgroundAgentsArguments,
};

/** Offered in a conversation only. */
export function handoffTool(team: Team, agent: Agent): CatalogTool {
  const targets = agent.handoffs.map((entry) => {
    const description = entry.description ?? team.agents[entry.agent]?.description ?? '';
    return description === '' ? `- ${entry.agent}` : `- ${entry.agent}: ${description}`;
  });
  const names = z.enum(agent.handoffs.map((entry) => entry.agent)).describe('Who takes over');
  return {
    name: 'handoff',
    description: [
      'Hand this conversation over to another agent, which answers the user from here on. The agents are:',
      ...targets,
    ].join('\n'),
    arguments: schemas.handoffArguments.extend({ agent: names }),
  };
}

function subAgentTool(team: Team, entry: SubAgent): CatalogTool {
  const description = entry.description ?? team.agents[entry.agent]?.description ?? '';
  const what = description === '' ? '' : `${description.replace(/[.\s]*$/, '')}. `;
  return {
    name: toToolName(labelOf(entry)),
    description: `${what}Gives a task to this agent; waits for its answer unless \`background\` is true.`,
    arguments: schemas.subAgentToolArguments,
  };
}

const TASK_TOOLS: CatalogTool[] = [
  {
    name: 'get_task_result',
    description:
      'Read the status and the result, or the output so far, of a task. A wait ends early when the user says something.',
    arguments: schemas.getTaskResultArguments,
  },
  {
    name: 'stop_task',
    description: 'Stop a task and all that it started; what it has so far is kept.',
    arguments: schemas.stopTaskArguments,
  },
  {
    name: 'list_tasks',
    description: 'List the tasks that you started: id, agent, title, status, runtime.',
    arguments: schemas.listTasksArguments,
  },
];
