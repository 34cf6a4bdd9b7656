/** What a task is doing, and what it has said: live from its workflow, the words from the store. */
import { findDialect } from '../../core/dialect.ts';
import { progressWords, runtimeWords } from '../../core/engine-tools/task-words.ts';
import { textOf } from '../../core/task-text.ts';
import type { TaskLook, ToolRequest } from '../../protocol/activities.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Tool } from './tool-effect.ts';

/** Characters of output in one answer. The dialect without `from` reads all at once. */
const PAGE_LENGTH = { background_agents: 8_000, tasks: Infinity };

/** Who looks again and again gets nothing but the same answer. */
const NO_NEWS = 'no new output since last check: go on with something else before you look again';

export const viewBackgroundAgent: Tool = async (dependencies, request, callArguments) => {
  const { view } = request;
  if (view === undefined)
    return { outcome: 'error', text: `task not found: ${String(callArguments['task_id'])}` };
  const { workspace, session } = request;
  const task = { workspace, session, task: view.task };
  const from = typeof callArguments['from'] === 'number' ? callArguments['from'] : 0;
  const ended = isTerminal(view.status);
  const dialect = findDialect(view.dialect);
  const page = { from, length: PAGE_LENGTH[dialect.name] };
  const output = ended
    ? ((await dependencies.store.tasks.get(task))?.result ?? '')
    : await readLiveOutput(dependencies, task);
  const lines = [
    `task_id: ${view.task}`,
    `agent: ${view.agent}`,
    `title: ${view.title}`,
    `status: ${dialect.statusWord(view.status)}`,
    `runtime: ${runtimeWords(view.runtimeMs)}`,
    ...(view.note === undefined ? [] : [`note: ${view.note}`]),
    ...(ended ? [] : await describePhase(dependencies, task)),
    ...(await describeQuestion(dependencies, task, view)),
    ...(await describeError(dependencies, task, ended)),
  ];
  const isNews = ended || (await isNewOutput(dependencies, request, view.task, output, page));
  const shown = isNews ? describeOutput(output, page, ended) : NO_NEWS;
  const resultRead = ended && from + page.length >= output.length;
  return { outcome: 'ok', text: [...lines, '', shown].join('\n'), resultRead };
};

async function describePhase(
  { store, tasks }: ActivityDependencies,
  task: ConversationId & { task: string },
): Promise<string[]> {
  const progress = (await store.tasks.get(task))?.progress ?? null;
  const said = progress === null ? [] : [`progress: ${progressWords(progress)}`];
  const live = await tasks.view(task);
  if (live === null) return said;
  const doing = live.currentTool === null ? live.phase : `tool ${live.currentTool}`;
  return [`now: step ${live.step}, ${doing}`, ...said];
}

async function describeQuestion(
  { store }: ActivityDependencies,
  task: ConversationId,
  { asks }: TaskLook,
): Promise<string[]> {
  return asks === undefined ? [] : [`waiting for an answer: ${await store.tasks.question(task, asks)}`];
}

async function describeError(
  { store }: ActivityDependencies,
  task: { workspace: string; session: string; task: string },
  ended: boolean,
): Promise<string[]> {
  const record = ended ? await store.tasks.get(task) : null;
  return record?.error ? [`error: ${record.error.message}`] : [];
}

/** What it has said so far: its messages, and the text of the call that runs. */
async function readLiveOutput({ store }: ActivityDependencies, task: ConversationId): Promise<string> {
  const rows = await store.transcript.read(task);
  const said = rows.filter(({ kind }) => kind === 'assistant').map(({ content }) => textOf(content));
  const partial = await store.partials.read(task);
  return [...said, partial?.text ?? ''].filter((text) => text !== '').join('\n\n');
}

/** Whether the viewer's transcript does not already end its last look at this task with the same output. */
async function isNewOutput(
  { store }: ActivityDependencies,
  request: ToolRequest,
  task: string,
  output: string,
  page: Page,
): Promise<boolean> {
  if (page.from > 0 || output === '') return output !== '';
  const rows = await store.transcript.read(request);
  const looks = rows.filter(({ tool, content }) => tool === request.tool && textOf(content).includes(task));
  const last = looks.findLast(({ content }) => textOf(content).includes(OUTPUT_SO_FAR));
  return last === undefined || !textOf(last.content).endsWith(describeOutput(output, page, false));
}

const OUTPUT_SO_FAR = 'output so far';

interface Page {
  from: number;
  length: number;
}

function describeOutput(output: string, { from, length }: Page, ended: boolean): string {
  const what = ended ? 'result' : OUTPUT_SO_FAR;
  if (output === '') return `${what}: none`;
  const page = output.slice(from, from + length);
  if (from === 0 && page.length === output.length) return `${what}:\n${page}`;
  const end = from + page.length;
  const more = end < output.length ? `; read on with from: ${end}` : '';
  return `${what}, characters ${from} to ${end} of ${output.length}${more}:\n${page}`;
}
