/** The commands of a chat, all of which begin with a slash. */
import { budgetWords } from '../core/budget.ts';
import { runtimeWords, waitingWords } from '../core/engine-tools/task-words.ts';
import type { TaskSummaryResource } from '../protocol/schemas/resources.ts';
import type { OnClose } from '../protocol/team.ts';
import type { ChatApi } from './chat-api.ts';
import { describeBudget, describeUsage, readLimits } from './chat-budget.ts';
import { runTaskCommand, TASK_COMMANDS } from './chat-task-commands.ts';
import { toShortId } from './chat-view.ts';

const HELP = [
  'Say anything to talk. While an answer comes you can go on typing.',
  '  /tasks               the background tasks of this session',
  '  /view ID             what a task has said so far (the first characters of its id will do)',
  '  /tell ID TEXT        tell a task something, or answer what it asks; it reads that at its next step',
  '  /cut ID TEXT         the same, but what it is saying is cut off, and it goes on with your words',
  '  /pause ID            let a task stand still',
  '  /resume ID           let it go on',
  '  /stop ID [wrap_up]   stop a task; wrap_up: when it has answered with what it has',
  '  /extend ID tokens=N  give a task a new limit (also cost_usd=N, seconds=N)',
  '  /budget [tokens=N]   what this session with all its tasks has used; with limits: set them',
  '  /interrupt           stop the answer that is coming (Ctrl-C does the same)',
  '  /close [stop|wrap_up|keep]   close the session, and what becomes of its tasks',
  '  /quit                leave; the session and its tasks go on',
].join('\n');

const FATES = ['stop', 'wrap_up', 'keep'] as const;
const isFate = (word: string): word is OnClose => FATES.some((fate) => fate === word);

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
  if (TASK_COMMANDS.includes(name)) {
    return runTaskCommand({ api, session, name, given, words: words.join(' ') });
  }
  switch (name) {
    case '/help':
      return HELP;
    case '/tasks':
      return toTaskList(await api.listTasks(session));
    case '/budget':
      return setBudget({ api, session }, given === '' ? [] : [given, ...words]);
    case '/interrupt':
      return (await api.interrupt(session)).changed
        ? ''
        : 'No answer is coming: there is nothing to interrupt.';
    case '/close':
      if (given !== '' && !isFate(given)) return `/close: ${given} is not one of ${FATES.join(', ')}.`;
      await api.close(session, given === '' ? undefined : given);
      return '';
    case '/quit':
      leave();
      return '';
    default:
      return `There is no command ${name}. /help lists those that exist.`;
  }
}

async function setBudget(
  { api, session }: Omit<CommandSituation, 'leave'>,
  words: string[],
): Promise<string> {
  if (words.length === 0) {
    const { treeUsage, budget } = await api.getSession(session);
    return [describeUsage(treeUsage), ...(budget === null ? [] : describeBudget(budget))].join('\n');
  }
  const limits = readLimits(words);
  if (typeof limits === 'string') return `/budget: ${limits}`;
  const budget = await api.extendBudget(session, null, limits);
  const going =
    budget.tasks.length === 0 ? [] : [`Tasks that go on: ${budget.tasks.map(toShortId).join(', ')}`];
  return [...describeBudget(budget), ...going].join('\n');
}

/** What it waits for, else how far it is. */
function toState({ progress, waitingFor, question, shortage }: TaskSummaryResource): string {
  if (waitingFor === 'answer') return ` · ${waitingWords(question ?? '')}`;
  if (shortage != null) return ` · waiting for a larger budget: ${budgetWords(shortage)}`;
  return progress === null ? '' : ` · ${progress.message}`;
}

/** Each task below the one that started it. */
function toTree(tasks: TaskSummaryResource[]): TaskSummaryResource[] {
  const startedBy = (starter: string): TaskSummaryResource[] =>
    tasks
      .filter((task) => 'task' in task.starter && task.starter.task === starter)
      .flatMap((task) => [task, ...startedBy(task.id)]);
  const ids = new Set(tasks.map(({ id }) => id));
  const tops = tasks.filter(({ starter }) => !('task' in starter && ids.has(starter.task)));
  return tops.flatMap((task) => [task, ...startedBy(task.id)]);
}

function toTaskList(tasks: TaskSummaryResource[]): string {
  if (tasks.length === 0) return 'No background tasks have been started.';
  return toTree(tasks)
    .map((task) => {
      const indent = '  '.repeat(Math.max(0, task.depth - 1));
      const time = runtimeWords(task.runtimeMs);
      return `${indent}${toShortId(task.id)}  ${task.status}  ${time}  ${task.agent}: ${task.title}${toState(task)}`;
    })
    .join('\n');
}
