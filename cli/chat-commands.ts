/** The commands of a chat, all of which begin with a slash. */
import { randomUUID } from 'node:crypto';
import { runtimeWords, waitingWords } from '../core/engine-tools/task-words.ts';
import type { TaskSummaryResource } from '../protocol/schemas/resources.ts';
import type { ChatApi } from './chat-api.ts';
import { toShortId } from './chat-view.ts';

const HELP = [
  'Say anything to talk. While an answer comes you can go on typing.',
  '  /tasks        the background tasks of this session',
  '  /view ID      what a task has said so far (the first characters of its id will do)',
  '  /tell ID TEXT tell a task something, or answer what it asks',
  '  /stop ID      stop a task',
  '  /interrupt    stop the answer that is coming (Ctrl-C does the same)',
  '  /close        close the session; its tasks are stopped',
  '  /quit         leave; the session and its tasks go on',
].join('\n');

export interface CommandSituation {
  api: ChatApi;
  session: string;
  /** Ends the chat. */
  leave(): void;
}

/** What a command answers, as text. Throws `ApiError` for what the API refuses. */
export async function runChatCommand(
  line: string,
  { api, session, leave }: CommandSituation,
): Promise<string> {
  const [name = '', given = '', ...words] = line.trim().split(/\s+/);
  switch (name) {
    case '/help':
      return HELP;
    case '/tasks':
      return toTaskList(await api.listTasks(session));
    case '/view':
    case '/tell':
    case '/stop': {
      const task = findTask(await api.listTasks(session), given);
      if (typeof task === 'string') return `${name} ID: ${task}`;
      if (name === '/tell') return tellTask(api, session, task, words.join(' '));
      return name === '/view' ? viewTask(api, session, task.id) : stopTask(api, session, task.id);
    }
    case '/interrupt':
      return (await api.interrupt(session)).changed
        ? ''
        : 'No answer is coming: there is nothing to interrupt.';
    case '/close':
      await api.close(session);
      return '';
    case '/quit':
      leave();
      return '';
    default:
      return `There is no command ${name}. /help lists those that exist.`;
  }
}

function toTaskList(tasks: TaskSummaryResource[]): string {
  if (tasks.length === 0) return 'No background tasks have been started.';
  return tasks
    .map((task) => {
      const progress = task.progress === null ? '' : ` · ${task.progress.message}`;
      const doing = task.waitingFor === 'answer' ? ` · ${waitingWords(task.question ?? '')}` : progress;
      const indent = '  '.repeat(Math.max(0, task.depth - 1));
      const time = runtimeWords(task.runtimeMs);
      return `${indent}${toShortId(task.id)}  ${task.status}  ${time}  ${task.agent}: ${task.title}${doing}`;
    })
    .join('\n');
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

async function viewTask(api: ChatApi, session: string, id: string): Promise<string> {
  const task = await api.getTask(session, id);
  const head = `${task.agent}: ${task.title} (${task.status}, ${runtimeWords(task.runtimeMs)})`;
  const error = task.error === null ? [] : [`${task.error.type}: ${task.error.message}`];
  const files = task.files.map((file) => `File ${file.name}: /v1/files/${file.id}`);
  const question = task.waitingFor === 'answer' ? [`It asks: ${task.question}`] : [];
  const said = task.result ?? task.output;
  return [head, ...error, ...question, said === '' ? '(It has said nothing yet.)' : said, ...files].join(
    '\n',
  );
}

async function tellTask(
  api: ChatApi,
  session: string,
  { id, waitingFor }: TaskSummaryResource,
  text: string,
): Promise<string> {
  if (text === '') return '/tell ID TEXT: say what the task is to be told.';
  await api.messageTask(session, id, text, randomUUID());
  return waitingFor === 'answer' ? 'Answered: it goes on.' : 'Passed on: it reads that at its next step.';
}

async function stopTask(api: ChatApi, session: string, id: string): Promise<string> {
  const receipt = await api.stopTask(session, id);
  if (!receipt.changed) return 'That task has ended already; nothing was changed.';
  const lines = receipt.tasks.map(
    (task) =>
      `${toShortId(task.id)}  ${task.agent}: ${task.status}${task.partial ? ', partial output kept' : ''}`,
  );
  return lines.join('\n');
}
