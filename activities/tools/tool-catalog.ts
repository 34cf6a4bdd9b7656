/** The tools that an agent is offered, and the check of a call's arguments against them. */
import { z } from 'zod';
import { findValueProblems } from '../../config/json-schema.ts';
import type { ToolCall } from '../../protocol/content.ts';
import * as schemas from '../../protocol/schemas/tool-arguments.ts';
import type { Agent, Team } from '../../protocol/team.ts';
import type { ToolDefinition } from '../model/provider.ts';
import type { CatalogTool } from './catalog-tool.ts';
import { listFunctionTools } from './function-tools.ts';
import { handoffTool, listDelegationTools } from './delegation-tools.ts';

interface ToolSituation {
  /** Inside a task: nothing is handed over there. */
  isTask: boolean;
  /** There are tasks to look after, whatever the agent's own tools are. */
  hasTasks: boolean;
}

export interface OfferedTools {
  tools: readonly CatalogTool[];
  /** As the model is told of them. */
  definitions: readonly ToolDefinition[];
}

/** By agent and situation: making schemas and rendering them takes longer than all else before a model call. */
const offered = new WeakMap<Agent, Map<string, OfferedTools>>();

/** What an agent has in a situation never changes: a team that is changed is another team. */
export function offerTools(team: Team, agent: Agent, situation: ToolSituation): OfferedTools {
  const known = offered.get(agent) ?? new Map<string, OfferedTools>();
  offered.set(agent, known);
  const key = `${situation.isTask} ${situation.hasTasks}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const tools = listTools(team, agent, situation);
  const offer = { tools, definitions: tools.map(toDefinition) };
  known.set(key, offer);
  return offer;
}

/** In a stable order: a changed prefix would cost the provider's cache. */
function listTools(team: Team, agent: Agent, { isTask, hasTasks }: ToolSituation): CatalogTool[] {
  const tools: CatalogTool[] = [];
  tools.push(...listDelegationTools(team, agent, hasTasks));
  for (const { type } of agent.toolsets) {
    if (type === 'think') tools.push(THINK);
    if (type === 'todo') tools.push(...TODO_TOOLS);
  }
  tools.push(...listFunctionTools(team, agent, isTask));
  if (isTask) tools.push(SAVE_FILE, REPORT_PROGRESS, ASK_STARTER);
  else if (agent.handoffs.length > 0) tools.push(handoffTool(team, agent));
  const unavailable = team.unavailable.filter((entry) => entry.agent === agent.name);
  return [...tools, ...unavailable.map(({ toolset, reason }) => unavailableTool(toolset, reason))];
}

function toDefinition(tool: CatalogTool): ToolDefinition {
  const { name, description } = tool;
  if ('parameters' in tool) return { name, description, parameters: tool.parameters };
  const { $schema: _dialect, ...parameters } = z.toJSONSchema(tool.arguments, { io: 'input' });
  return { name, description, parameters };
}

/** The call with checked arguments, or with the problem that its answer will name. */
export function checkToolCall(
  tools: readonly CatalogTool[],
  call: { id: string; name: string; arguments: Record<string, unknown> },
): ToolCall {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    const known = tools.map(({ name }) => name).join(', ');
    return {
      ...call,
      problem: `unknown tool: ${call.name}. ${known === '' ? 'There are no tools.' : `The tools are: ${known}.`}`,
    };
  }
  if ('parameters' in tool) {
    const problems = findValueProblems(tool.parameters, call.arguments);
    return problems.length === 0 ? call : { ...call, problem: unfitWords(call.name, problems) };
  }
  if (tool.unavailable !== undefined) return { ...call, problem: tool.unavailable };
  const parsed = tool.arguments.safeParse(call.arguments);
  if (parsed.success) return { ...call, arguments: parsed.data };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`,
  );
  return { ...call, problem: unfitWords(call.name, problems) };
}

function unfitWords(name: string, problems: string[]): string {
  return `the arguments do not fit ${name}: ${problems.join('; ')}`;
}

const THINK: CatalogTool = {
  name: 'think',
  description:
    'Think about something. It gets no new information and changes nothing; use it for hard reasoning.',
  arguments: schemas.thinkArguments,
};

const SAVE_FILE: CatalogTool = {
  name: 'save_file',
  description:
    'Save a text document as a file of this task; it is named in your report and can be read by its id.',
  arguments: schemas.saveFileArguments,
};

const REPORT_PROGRESS: CatalogTool = {
  name: 'report_progress',
  description:
    'Tell in one line how far you are; those who wait see it. Use it in long work, at each milestone, not at every step.',
  arguments: schemas.reportProgressArguments,
};

const ASK_STARTER: CatalogTool = {
  name: 'ask_starter',
  description:
    'Ask whoever gave you this task, when you cannot go on without the answer: it is passed on to a person where need be, and may take days. You stand still until it comes. Ask all that you need at once, so that it can be answered without knowing your work.',
  arguments: schemas.askStarterArguments,
};

const TODO_TOOLS: CatalogTool[] = [
  {
    name: 'create_todo',
    description: 'Add an item to your to-do list.',
    arguments: schemas.createTodoArguments,
  },
  {
    name: 'create_todos',
    description: 'Add several items to your to-do list.',
    arguments: schemas.createTodosArguments,
  },
  {
    name: 'update_todos',
    description: 'Change the status of items of your to-do list.',
    arguments: schemas.updateTodosArguments,
  },
  { name: 'list_todos', description: 'Read your to-do list.', arguments: schemas.listTodosArguments },
];

function unavailableTool(toolset: string, reason: string): CatalogTool {
  return {
    name: toolset.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64),
    description: `Not available here: ${reason}`,
    arguments: z.record(z.string(), z.unknown()),
    unavailable: `not available: ${reason}`,
  };
}
