/** The Markdown that the Temporal Web UI shows as a workflow's current details. */
import { budgetWords } from '../core/budget.ts';
import type { ConversationState, Hold, TaskRecord } from '../core/conversation-state.ts';
import type { BudgetUse } from '../protocol/budget.ts';
import { addUsage } from '../protocol/content.ts';
import { isTerminal } from '../protocol/task.ts';

const TASKS_SHOWN = 20;

export function describeConversation(state: ConversationState): string {
  const usage = addUsage(state.usage, state.taskUsage);
  const lines = [
    '| agent | now | status | model calls | tokens in | tokens out | US dollars |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    `| ${state.agent} | ${activityOf(state)} | ${state.status} | ${usage.modelCalls} | ${usage.inputTokens ?? '?'} | ${usage.outputTokens ?? '?'} | ${usage.costUsd ?? '?'} |`,
  ];
  if (state.tasks.length > 0)
    lines.push('', '| task | agent | title | status |', '| --- | --- | --- | --- |');
  return [...lines, ...shownTasks(state).map(taskLine)].join('\n');
}

function activityOf(state: ConversationState): string {
  const held = state.holds.map((why) => holdWords(state, why));
  const messages = state.inbox.filter(({ kind }) => kind === 'message').length;
  const waiting = messages === 0 ? [] : [messages === 1 ? '1 message waits' : `${messages} messages wait`];
  const doing = [...(held.length === 0 && state.turnOpen ? [state.phase] : held), ...waiting];
  const where = state.turnOpen
    ? `turn ${state.turn}, step ${state.step}`
    : state.turn === 0
      ? 'not begun yet'
      : `idle after turn ${state.turn}`;
  return doing.length === 0 ? where : `${where} (${doing.join(', ')})`;
}

/** Those that still run first, then the latest ones. */
function shownTasks(state: ConversationState): TaskRecord[] {
  const running = state.tasks.filter((task) => !isTerminal(task.status));
  const ended = state.tasks.filter((task) => isTerminal(task.status)).reverse();
  return [...running, ...ended].slice(0, TASKS_SHOWN);
}

function taskLine(task: TaskRecord): string {
  const waiting =
    task.shortage === undefined ? (task.asks === null ? '' : ': an answer') : `: ${needWords(task.shortage)}`;
  return `| ${task.id} | ${task.agent} | ${task.title.replaceAll('|', '\\|')} | ${task.status}${waiting} |`;
}

function holdWords({ shortage }: ConversationState, why: Hold): string {
  if (why === 'budget' && shortage !== null) return `waits for ${needWords(shortage)}`;
  return why === 'paused' ? 'paused' : 'waits for an answer';
}

function needWords(use: BudgetUse): string {
  return `a larger budget, having used ${budgetWords(use)}`;
}
