/**
 * The ends of tasks in words for a model: the notice that enters its starter's transcript, and the answers of
 * tools that waited. Spec: background-agents.md, "Completion" and "Tools that the model gets".
 */
import type { BudgetUse } from '../protocol/budget.ts';
import { isTerminal } from '../protocol/task.ts';
import type { TaskProgress } from '../protocol/task.ts';
import type { DialectName } from '../protocol/team.ts';
import type { TaskOutcome, TasksAnswer, ToolOutcomeName } from '../protocol/transcript.ts';
import { budgetWords } from './budget.ts';
import { findDialect } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { progressWords, runtimeWords } from './engine-tools/task-words.ts';
import { renderTaskElement } from './task-element.ts';
import { takeHead } from './text-head.ts';

/** Characters (UTF-16 units) of each result that are given; a tool of the dialect reads the rest. */
export const RESULT_HEAD = 4096;

/** What the store knows of a task beside its outcome. */
export interface TaskEnd {
  outcome: TaskOutcome;
  /** The final answer; of a task that failed or was stopped, what it had said until then. */
  result: string | null;
  error: { type: string; message: string } | null;
  files: { id: string; name: string; mediaType: string }[];
  /** What it said last of how far it is. */
  progress: TaskProgress | null;
}

/** The notice of one task's end, marked as coming from the system. */
export function renderNotice(end: TaskEnd, dialect?: DialectName): string {
  const { outcome, error } = end;
  return renderTaskElement(outcome, [
    ...(error === null ? [] : [`Error (${error.type}): ${error.message}`]),
    renderOutput(end, findDialect(dialect)),
    ...renderFiles(end.files),
    ...renderMissed(outcome),
  ]);
}

/** A task that stands still for want of budget (`use`), or is slow: what it has done, and what is to be done. */
export function renderNews(end: TaskEnd, use: BudgetUse | null): string {
  const { outcome, progress, result } = end;
  const said = result === null || result === '' ? 'nothing yet' : takeHead(result, NEWS_HEAD);
  const [why, what] = use === null ? SLOW_WORDS : shortageWords(use);
  const body = [
    why,
    ...(progress === null ? [] : [`Progress: ${progressWords(progress)}`]),
    `Said so far: ${said}`,
    what,
  ];
  return renderTaskElement(outcome, body);
}

const SLOW_WORDS = ['It is still at work.', 'Tell the user in a sentence how far it is.'] as const;

function shortageWords(use: BudgetUse): readonly [string, string] {
  return [
    `It has used up a budget: ${budgetWords(use)}. It waits before its next step and asks for more.`,
    'Tell the user. Only a person can extend the budget; it then goes on by itself. It can also be stopped.',
  ];
}

/** Characters of what a task said that are told with it. */
const NEWS_HEAD = 1000;

function renderOutput({ outcome, result }: TaskEnd, dialect: Dialect): string {
  const ended = outcome.status === 'completed';
  if (result === null || result === '') return ended ? '(It answered without words.)' : '(No output.)';
  const head = takeHead(result, RESULT_HEAD);
  const text = ended ? head : `Output until then:\n${head}`;
  if (head.length === result.length) return text;
  return (
    `${text}\n[The first ${head.length} of ${result.length} characters. ` +
    `The rest: ${dialect.howToReadOn(outcome.task, head.length)}.]`
  );
}

function renderFiles(files: TaskEnd['files']): string[] {
  return files.map((file) => `File: ${file.name} (${file.mediaType}, id ${file.id})`);
}

function renderMissed({ missedMessages = 0 }: TaskOutcome): string[] {
  if (missedMessages === 0) return [];
  return [`(${missedMessages} of the messages to it came too late: it had not read them when it ended.)`];
}

/** The answer of a tool that waited for tasks, and how that call counts. */
export function renderTasksAnswer(
  answer: TasksAnswer,
  ends: TaskEnd[],
): { text: string; outcome: ToolOutcomeName } {
  if (answer.form === 'list') return { text: renderList(answer, ends), outcome: 'ok' };
  const [only] = ends;
  if (answer.form === 'transfer' && only !== undefined) return renderTransfer(answer, only);
  return { text: renderWait(answer, ends), outcome: 'ok' };
}

function renderList(answer: TasksAnswer, ends: TaskEnd[]): string {
  const dialect = findDialect(answer.dialect);
  const lines = ends.map(({ outcome: { task, agent, title, status, runtimeMs }, progress }) => {
    const line = `- ${task} | ${agent} | ${title} | ${dialect.statusWord(status)} | ${runtimeWords(runtimeMs)}`;
    return progress === null || isTerminal(status) ? line : `${line} | ${progressWords(progress)}`;
  });
  return ['task_id | agent | title | status | runtime | progress', ...lines].join('\n');
}

const ENDED_EARLY = {
  user_message: 'The wait ended early because a message of the user arrived. Unfinished tasks go on.',
  task_waits: 'The wait ended early because a task waits for something. The others go on.',
  interrupted: 'The wait ended early because the turn was interrupted. Unfinished tasks go on.',
};

function renderWait(answer: TasksAnswer, ends: TaskEnd[]): string {
  const dialect = findDialect(answer.dialect);
  return JSON.stringify(
    {
      tasks: ends.map((end) => renderWaitedTask(end, dialect)),
      timed_out: answer.timedOut,
      ...(answer.endedEarly === null ? {} : { ended_early: ENDED_EARLY[answer.endedEarly] }),
    },
    null,
    1,
  );
}

function renderWaitedTask(
  { outcome, result, error, files }: TaskEnd,
  dialect: Dialect,
): Record<string, unknown> {
  const task = {
    task_id: outcome.task,
    agent: outcome.agent,
    title: outcome.title,
    status: dialect.statusWord(outcome.status),
    done: isTerminal(outcome.status),
  };
  if (!task.done) return task;
  const head = takeHead(result ?? '', RESULT_HEAD);
  const truncated = head.length < (result ?? '').length;
  return {
    ...task,
    ...(outcome.status === 'completed' ? { result: head } : { output_until_then: head }),
    ...(error === null ? {} : { error: takeHead(`${error.type}: ${error.message}`, RESULT_HEAD) }),
    ...(outcome.partial ? { partial: true } : {}),
    truncated,
    ...(truncated ? { rest: dialect.howToReadOn(outcome.task, head.length) } : {}),
    ...(files.length === 0 ? {} : { files }),
  };
}

const TRANSFER_ENDED_EARLY = {
  user_message: 'a message of the user arrived',
  interrupted: 'the wait ended',
  task_waits: 'the agent waits for something',
};

/** A transfer gives the result alone: whole, since nobody else tells the rest. */
function renderTransfer(answer: TasksAnswer, end: TaskEnd): { text: string; outcome: ToolOutcomeName } {
  const { outcome, error } = end;
  const files = renderFiles(end.files);
  const output = end.result === null || end.result === '' ? null : end.result;
  if (outcome.status === 'completed') {
    return { text: [output ?? '(It answered without words.)', ...files].join('\n'), outcome: 'ok' };
  }
  if (!isTerminal(outcome.status)) {
    const why = answer.endedEarly === null ? 'the wait ended' : TRANSFER_ENDED_EARLY[answer.endedEarly];
    return {
      text:
        `Not finished yet: ${why}. The agent ${outcome.agent} goes on in the background as task ` +
        `${outcome.task}; you will be told when it ends.`,
      outcome: 'ok',
    };
  }
  const failed = outcome.status === 'failed';
  const what = failed
    ? `The agent ${outcome.agent} failed: ${error === null ? 'no reason was given.' : `${error.type}: ${error.message}`}`
    : `The agent ${outcome.agent} was stopped before it had answered.`;
  const until = output === null ? [] : ['Output until then:', output];
  return { text: [what, ...until, ...files].join('\n'), outcome: failed ? 'error' : 'cancelled' };
}
