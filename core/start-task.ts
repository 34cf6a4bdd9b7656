/** Starting a background agent: one path for a model's tool call, the signal and the update. */
import { REFUSALS } from '../protocol/failures.ts';
import type { StartCause, TaskMode } from '../protocol/events.ts';
import { isTerminal } from '../protocol/task.ts';
import type { TaskRequest } from '../protocol/task.ts';
import { BUDGET_UNIT_NAMES, findZeroLimit } from './budget.ts';
import type { RosterSubAgent } from '../protocol/team.ts';
import { findTask, toTaskName } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { notFoundWords } from './engine-tools/task-words.ts';
import { makeTitle } from './make-title.ts';
import type { TurnPorts } from './ports.ts';
import { openPrerequisites } from './prerequisites.ts';
import type { Refusal } from './refusal.ts';
import { findSubAgent, labelOf, listSubAgents } from './sub-agents.ts';

/** Spec: "Message text ≤ 64 KiB (larger: a file)". */
const TASK_TEXT_LIMIT = 64 * 1024;

export type Started = { task: TaskRecord; existing: boolean } | { refused: Refusal };

type StartPorts = Pick<TurnPorts, 'record' | 'now' | 'newTaskId' | 'launchTasks'>;

/** Records a queued task and has it launched; a refusal is recorded too and changes nothing else. */
export function startTask(
  state: ConversationState,
  ports: StartPorts,
  request: TaskRequest,
  how: { cause: StartCause; mode: TaskMode },
): Started {
  const existing = findExisting(state, request);
  if (existing !== undefined) return { task: existing, existing: true };
  const refused = refuseTask(state, request);
  if (refused !== null) {
    ports.record({ type: 'task.refused', agent: request.agent, reason: refused.message });
    return { refused };
  }
  const entry = findSubAgent(state, request.agent) ?? { agent: request.agent };
  const task = toRecord(state, ports, request, entry, how.mode);
  state.tasks.push(task);
  const { input } = entry;
  state.unopened[task.id] = { ...request, id: task.id, ...(input === undefined ? {} : { input }) };
  ports.record({ type: 'task.queued', ...toTaskName(task), mode: task.mode, cause: how.cause });
  if (how.cause === 'model') state.holdingMessage ??= entry.holdingMessage ?? null;
  ports.launchTasks();
  return { task, existing: false };
}

function findExisting(state: ConversationState, request: TaskRequest): TaskRecord | undefined {
  return state.tasks.find(
    (task) => task.id === request.id || (request.key !== undefined && task.key === request.key),
  );
}

export function refuseTask(state: ConversationState, request: TaskRequest): Refusal | null {
  const reason = refusalWords(state, request);
  return reason === null ? null : { type: REFUSALS.taskRefused, message: reason };
}

function refusalWords(state: ConversationState, request: TaskRequest): string | null {
  const { limits } = state.roster;
  const allowed = listSubAgents(state).map(labelOf);
  const entry = findSubAgent(state, request.agent);
  if (request.agent.trim() === '') return `agent is empty: name one of ${allowed.join(', ')}`;
  if (request.task.trim() === '') return 'task is empty: say what the agent is to do';
  if (entry === undefined) {
    const known =
      allowed.length === 0 ? 'this agent has no sub-agents' : `the agents are: ${allowed.join(', ')}`;
    return `agent "${request.agent}" is not one that this agent may start; ${known}`;
  }
  const withheld = withheldWords(state, entry.agent);
  if (withheld !== null) return withheld;
  if (request.task.length > TASK_TEXT_LIMIT) {
    return `task is longer than ${TASK_TEXT_LIMIT} characters: put the text into a file and attach it`;
  }
  if (request.notify === 'group' && request.group === undefined) {
    return 'notify "group" needs a group: name the group that the task belongs to';
  }
  if (state.status !== 'open') return `the conversation is ${state.status}: no new tasks are started`;
  if (state.depth + 1 > limits.maxDepth) {
    return `tasks may be nested ${limits.maxDepth} levels deep, and this one would be level ${state.depth + 1}: do the work yourself`;
  }
  if (!limits.allowCycles && [...state.ancestors, state.agent].includes(entry.agent)) {
    return `agent "${request.agent}" is already at work above: do the work yourself or choose another agent`;
  }
  const unknown = request.dependsOn?.find((id) => findTask(state, id) === undefined);
  if (unknown !== undefined) return notFoundWords(unknown);
  const unfinished = state.tasks.filter((task) => !isTerminal(task.status)).length;
  if (unfinished >= limits.maxUnfinishedTasks) {
    return `${unfinished} tasks are unfinished, which is the limit: wait for some to end or stop them`;
  }
  return null;
}

/** A budget of 0 allows nothing, so nothing is begun. */
function withheldWords({ roster }: ConversationState, agent: string): string | null {
  const own = roster.agents[agent]?.withheld;
  const unit = own ?? findZeroLimit(roster.limits.budget);
  if (unit === null) return null;
  const whose = own === undefined ? 'of this conversation' : `of agent "${agent}"`;
  return `the budget ${whose} allows none: its limit of ${BUDGET_UNIT_NAMES[unit]} is 0`;
}

function toRecord(
  state: ConversationState,
  ports: StartPorts,
  request: TaskRequest,
  entry: RosterSubAgent,
  mode: TaskMode,
): TaskRecord {
  return {
    id: request.id ?? ports.newTaskId(),
    agent: entry.agent,
    name: labelOf(entry),
    title: makeTitle(request.title ?? request.task),
    depth: state.depth + 1,
    mode,
    notify: request.notify ?? 'always',
    group: request.group ?? null,
    key: request.key ?? null,
    dependsOn: [...new Set(request.dependsOn)],
    maxTurns: request.maxTurns ?? null,
    status: 'queued',
    asks: null,
    isReminded: false,
    kept: null,
    stopMode: null,
    steering: [],
    missedMessages: 0,
    launch: 'unopened',
    partial: false,
    queuedAt: ports.now(),
    startedAt: null,
    endedAt: null,
    runtimeMs: null,
    usage: null,
    error: null,
    files: 0,
    resultSize: 0,
    stopped: [],
    notice: { state: 'none', turn: null, message: null },
  };
}

/**
 * The queued tasks that may start now, or go on: their text is in the store, those before them have ended, and the
 * cap has room. Oldest first, whichever text was stored first. A conversation that closes starts none, whatever its
 * stopped tasks make room for, and one that is being opened none yet.
 */
export function nextToLaunch(state: ConversationState): TaskRecord[] {
  if (state.status !== 'open' || state.isOpening) return [];
  return state.tasks
    .filter((task) => task.status === 'queued' && task.launch !== 'starting')
    .filter((task) => openPrerequisites(state, task).length === 0)
    .slice(0, roomToRun(state))
    .filter((task) => task.launch !== 'unopened');
}

/** How many more tasks may run now. */
export function roomToRun(state: ConversationState): number {
  const running = state.tasks.filter((task) => occupiesPlace(task)).length;
  const { maxRunningTasks, maxTreeTasks } = state.roster.limits;
  return Math.max(0, Math.min(maxRunningTasks, maxTreeTasks) - running);
}

/** One that stands still leaves its place to others. */
function occupiesPlace({ status, launch }: TaskRecord): boolean {
  if (launch === 'starting') return !isTerminal(status);
  return launch === 'started' && (status === 'running' || status === 'cancelling');
}
