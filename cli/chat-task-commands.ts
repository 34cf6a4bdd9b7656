/** The commands of a chat that are about one task. */
import { randomUUID } from 'node:crypto';
import { budgetWords } from '../core/budget.ts';
import { runtimeWords } from '../core/engine-tools/task-words.ts';
import type { TaskSummaryResource } from '../protocol/schemas/resources.ts';
import type { ChatApi } from './chat-api.ts';
import { describeBudget, describeUsage, readLimits } from './chat-budget.ts';
import { toShortId } from './chat-view.ts';

interface TaskCommand {
  api: ChatApi;
  session: string;
  task: TaskSummaryResource;
  /** What follows the id. */
  words: string;
}

const COMMANDS: Record<string, (command: TaskCommand) => Promise<string>> = {
  '/view': viewTask,
  '/tell': (command) => tellTask('/tell', command),
  '/cut': (command) => tellTask('/cut', command),
  '/pause': (command) => holdTask('pause', command),
  '/resume': (command) => holdTask('resume', command),
  '/stop': stopTask,
  '/extend': extendTask,
};

export const TASK_COMMANDS = Object.keys(COMMANDS);

/** What the command answers, as text. Throws `ApiError` for what the API refuses. */
export async function runTaskCommand({
  name,
  given,
  ...command
}: Omit<TaskCommand, 'task'> & { name: string; given: string }): Promise<string> {
  const task = findTask(await command.api.listTasks(command.session), given);
  if (typeof task === 'string') return `${name} ID: ${task}`;
  return (await COMMANDS[name]?.({ ...command, task })) ?? '';
}

/** The task that an id or its beginning names, or what is wrong with it. */
function findTask(tasks: TaskSummaryResource[], given: string): TaskSummaryResource | string {
  if (given === '') return 'give the id of a task; /tasks lists them.';
  const found = tasks.filter(
    ({ id }) => id === given || toShortId(id).startsWith(given) || id.startsWith(given),
  );
  const [only] = found;
  if (only === undefined) return `task not found: ${given}. /tasks lists those that exist.`;
  return found.length === 1 ? only : `${found.length} tasks begin with ${given}; give more of the id.`;
}

async function viewTask({ api, session, task: { id } }: TaskCommand): Promise<string> {
  const task = await api.getTask(session, id);
  const head = `${task.agent}: ${task.title} (${task.status}, ${runtimeWords(task.runtimeMs)})`;
  const error = task.error === null ? [] : [`${task.error.type}: ${task.error.message}`];
  const files = task.files.map((file) => `File ${file.name}: /v1/files/${file.id}`);
  const said = task.result ?? task.output;
  const spent = [
    ...(task.usage == null ? [] : [describeUsage(task.usage)]),
    ...(task.budget == null ? [] : describeBudget(task.budget)),
  ];
  const words = said === '' ? '(It has said nothing yet.)' : said;
  return [head, ...error, ...describeWait(task), ...spent, words, ...files].join('\n');
}

function describeWait({ waitingFor, question, shortage }: TaskSummaryResource): string[] {
  if (waitingFor === 'answer') return [`It asks: ${question}`];
  return shortage == null ? [] : [`It waits for a larger budget: it has used ${budgetWords(shortage)}`];
}

async function extendTask({ api, session, task, words }: TaskCommand): Promise<string> {
  const limits = readLimits(words.split(/\s+/).filter((word) => word !== ''));
  if (typeof limits === 'string') return `/extend ID: ${limits}`;
  const budget = await api.extendBudget(session, task.id, limits);
  const going = budget.tasks.includes(task.id) ? ['It goes on.'] : [];
  return [...describeBudget(budget), ...going].join('\n');
}

async function tellTask(name: '/tell' | '/cut', { api, session, task, words }: TaskCommand): Promise<string> {
  if (words === '') return `${name} ID TEXT: say what the task is to be told.`;
  const message = name === '/cut' ? { text: words, mode: 'interrupt' as const } : { text: words };
  await api.messageTask(session, task.id, message, randomUUID());
  if (task.waitingFor === 'answer') return 'Answered: it goes on.';
  return name === '/cut' ? 'Passed on: it goes on with that.' : 'Passed on: it reads that at its next step.';
}

async function holdTask(act: 'pause' | 'resume', { api, session, task }: TaskCommand): Promise<string> {
  const { status, changed } = await api.holdTask(session, task.id, act);
  const name = `${toShortId(task.id)}  ${task.agent}`;
  return changed ? `${name}: ${status}` : `${name} is ${status}; nothing was changed.`;
}

async function stopTask({ api, session, task, words }: TaskCommand): Promise<string> {
  if (words !== '' && words !== 'wrap_up' && words !== 'now') {
    return `/stop ID: ${words} is not one of now, wrap_up.`;
  }
  const receipt = await api.stopTask(session, task.id, words === 'wrap_up' ? 'wrap_up' : 'now');
  if (!receipt.changed) return 'That task has ended already; nothing was changed.';
  const lines = receipt.tasks.map(
    ({ id, agent, status, partial }) =>
      `${toShortId(id)}  ${agent}: ${status}${partial ? ', partial output kept' : ''}`,
  );
  return lines.join('\n');
}
