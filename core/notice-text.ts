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
import { progressWords, runtimeWords, waitingWords } from './engine-tools/task-words.ts';
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
  /** Of one that waits for an answer: what it asks. */
  question?: string;
}

/** The notice of one task's end, of its question, or of how it stands, marked as coming from the system. */
export function renderNotice(end: TaskEnd, dialect?: DialectName, isForTask = false): string {
  const { outcome, error } = end;
  const waiting = waitingLines(end, isForTask);
  if (waiting !== null) return renderTaskElement(outcome, waiting);
  if (outcome.isSlow === true) return renderTaskElement(outcome, slowWords(end));
  return renderTaskElement(outcome, [
    ...(error === null ? [] : [`Error (${error.type}): ${error.message}`]),
    renderOutput(end, findDialect(dialect)),
    ...renderFiles(end.files),
    ...renderMissed(outcome),
  ]);
}

/** What it asks for; null: nothing. */
function waitingLines(end: TaskEnd, isForTask: boolean): string[] | null {
  const { asks, shortage } = end.outcome;
  if (asks !== undefined) return askingWords(end, isForTask);
  return shortage === undefined ? null : shortageWords(end, shortage);
}

/** A task speaks to nobody but its starter. */
function askingWords({ outcome, question = '' }: TaskEnd, isForTask: boolean): string[] {
  const whom = isForTask
    ? 'ask your own starter with ask_starter, and pass on the answer.'
    : 'ask the user now, and pass on what they say, however much later that is.';
  return [
    `It asks:\n${question}`,
    `(It waits for the answer. Give it with message_background_agent to ${outcome.task}: at once where you know it for ` +
      `certain; else ${whom})`,
  ];
}

/** What it has done, and what it asks for. */
function shortageWords(end: TaskEnd, use: BudgetUse): string[] {
  return [
    `Its budget does not allow another step: ${budgetWords(use)} are used. It waits and asks for more.`,
    ...soFarWords(end),
    'Tell the user. Only a person can extend the budget; it then goes on by itself. It can also be stopped.',
  ];
}

function slowWords(end: TaskEnd): string[] {
  return ['It is still at work.', ...soFarWords(end), 'Tell the user in a sentence how far it is.'];
}

function soFarWords({ progress, result }: TaskEnd): string[] {
  const said = result === null || result === '' ? 'nothing yet' : takeHead(result, SO_FAR_HEAD);
  const reported = progress === null ? [] : [`Progress: ${progressWords(progress)}`];
  return [...reported, `Said so far: ${said}`];
}

/** Characters of what a task that has not ended said that are told with it. */
const SO_FAR_HEAD = 1000;

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
  isForTask = false,
): { text: string; outcome: ToolOutcomeName } {
  if (answer.form === 'list') return { text: renderList(answer, ends), outcome: 'ok' };
  const [only] = ends;
  if (answer.form === 'transfer' && only !== undefined) return renderTransfer(answer, only, isForTask);
  return { text: renderWait(answer, ends), outcome: 'ok' };
}

function renderList(answer: TasksAnswer, ends: TaskEnd[]): string {
  const dialect = findDialect(answer.dialect);
  const lines = ends.map(({ outcome, progress, question = '' }) => {
    const { task, agent, title, status, runtimeMs } = outcome;
    const line = `- ${task} | ${agent} | ${title} | ${dialect.statusWord(status)} | ${runtimeWords(runtimeMs)}`;
    if (outcome.asks !== undefined) return `${line} | ${waitingWords(question)}`;
    if (outcome.shortage !== undefined)
      return `${line} | waiting for a budget: ${budgetWords(outcome.shortage)}`;
    return progress === null || isTerminal(status) ? line : `${line} | ${progressWords(progress)}`;
  });
  return ['task_id | agent | title | status | runtime | progress', ...lines].join('\n');
}

const ENDED_EARLY = {
  user_message: 'The wait ended early because a message of the user arrived. Unfinished tasks go on.',
  interrupted: 'The wait ended early because the turn was interrupted. Unfinished tasks go on.',
  task_waits:
    'The wait ended early because a task asks something: answer it with message_background_agent, or ask first whoever knows.',
};
const SHORT_OF_BUDGET =
  'The wait ended early because a task needs a larger budget: only a person can extend it; then it goes on by itself.';

function endedEarlyWords(endedEarly: keyof typeof ENDED_EARLY, ends: TaskEnd[]): string {
  const isAsked = ends.some(({ outcome }) => outcome.asks !== undefined);
  return endedEarly === 'task_waits' && !isAsked ? SHORT_OF_BUDGET : ENDED_EARLY[endedEarly];
}

function renderWait(answer: TasksAnswer, ends: TaskEnd[]): string {
  const dialect = findDialect(answer.dialect);
  return JSON.stringify(
    {
      tasks: ends.map((end) => renderWaitedTask(end, dialect)),
      timed_out: answer.timedOut,
      ...(answer.endedEarly === null ? {} : { ended_early: endedEarlyWords(answer.endedEarly, ends) }),
    },
    null,
    1,
  );
}

function renderWaitedTask(
  { outcome, result, error, files, question = '' }: TaskEnd,
  dialect: Dialect,
): Record<string, unknown> {
  const task = {
    task_id: outcome.task,
    agent: outcome.agent,
    title: outcome.title,
    status: dialect.statusWord(outcome.status),
    done: isTerminal(outcome.status),
  };
  if (outcome.asks !== undefined) return { ...task, asks: question };
  if (outcome.shortage !== undefined) return { ...task, waits_for_budget: budgetWords(outcome.shortage) };
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
  task_waits: 'the agent asks something',
};

/** A transfer gives the result alone: whole, since nobody else tells the rest. */
function renderTransfer(
  answer: TasksAnswer,
  end: TaskEnd,
  isForTask: boolean,
): { text: string; outcome: ToolOutcomeName } {
  const { outcome, error } = end;
  const files = renderFiles(end.files);
  const output = end.result === null || end.result === '' ? null : end.result;
  if (outcome.status === 'completed') {
    return { text: [output ?? '(It answered without words.)', ...files].join('\n'), outcome: 'ok' };
  }
  const waiting = waitingLines(end, isForTask);
  if (waiting !== null) {
    const text = `Not finished yet. ${outcome.agent} goes on in the background as task ${outcome.task}. ${waiting.join('\n')}`;
    return { text, outcome: 'ok' };
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
