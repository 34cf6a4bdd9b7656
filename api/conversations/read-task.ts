/** A task as the API shows it: its row, what its starter knows of it, and what its own workflow is doing. */
import { textOf } from '../../core/task-text.ts';
import { NO_USAGE, sumUsage } from '../../protocol/content.ts';
import type { Usage } from '../../protocol/content.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { TaskResource } from '../../protocol/schemas/resources.ts';
import type { ConversationRead } from '../../protocol/session-messages.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { Store } from '../../storage/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from '../feed/event-source.ts';
import type { FoundTask } from './find-conversation.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { readBudget } from './extend-budget.ts';
import { findSubtree } from './find-subtree.ts';
import { renderTaskSummary } from './render-task.ts';
import { readLeft, sortByStart } from './task-tree.ts';

const NO_EVENTS = Number.MAX_SAFE_INTEGER;
const OUTPUT_LENGTH = 16 * 1024;

export async function readTask(
  { store, gateway, clock }: Pick<ApiDependencies, 'store' | 'gateway' | 'clock'>,
  source: EventSource,
  { id, starter, record }: FoundTask,
): Promise<TaskResource> {
  const { workspace, session } = id;
  const isOver = isTerminal(record.status);
  // The starter also knows how far the notice of a task that has ended came.
  const asked = await Promise.all([readWorkflow(source, starter), isOver ? null : readWorkflow(source, id)]);
  const [ofStarter, own] = asked.map((read) => (read === 'away' ? null : read));
  const view = ofStarter?.view.tasks.find((task) => task.id === record.id);
  const children = await store.tasks.listByStarter(workspace, session, record.id);
  const childViews = new Map(own?.view.tasks.map((task) => [task.id, task]));
  const untold = [...(isOver && view === undefined ? [record] : []), ...(isOver ? children : [])];
  const { notices, order } = await readLeft(store, id, untold);
  const files = await store.files.listByTask(workspace, session, record.id);
  const now = clock();
  const path = `/v1/sessions/${session}/tasks/${record.id}`;
  return {
    ...renderTaskSummary(record, view, now, notices.get(record.id)),
    session,
    task: record.text,
    expectedOutput: record.expectedOutput,
    phase: own?.view.phase ?? null,
    step: own?.view.step ?? null,
    currentTool: own?.view.currentTool ?? null,
    output: isOver ? tail(record.result ?? '') : await readOutput(store, id),
    result: record.status === 'completed' ? record.result : null,
    error: record.error,
    partial: record.partial,
    files: files.map(({ id: file, name, mediaType, size }) => ({ id: file, name, mediaType, size })),
    usage: await readTaskUsage(store, id, record.id),
    budget: await readBudget(store, id),
    tasks: sortByStart(children, [...order, ...childViews.keys()]).map((child) =>
      renderTaskSummary(child, childViews.get(child.id), now, notices.get(child.id)),
    ),
    links: { temporal: gateway.linkToTemporal(id), events: `${path}/events`, messages: `${path}/messages` },
    ...(asked.includes('away') ? { stale: true as const } : {}),
  };
}

/** Of the task and those below it. */
async function readTaskUsage(
  store: Store,
  { workspace, session }: ConversationId,
  task: string,
): Promise<Usage> {
  const subtree = findSubtree(await store.tasks.listBySession(workspace, session), task);
  const usages = await store.transcript.usage(workspace, session);
  return sumUsage(subtree.map((id) => usages.get(id) ?? NO_USAGE));
}

async function readWorkflow(
  source: EventSource,
  id: ConversationId,
): Promise<ConversationRead | null | 'away'> {
  try {
    return await source.readWorkflow(id, NO_EVENTS);
  } catch (error) {
    if (error instanceof TemporalAway) return 'away';
    throw error;
  }
}

/** What it has said so far: its replies, and the one that is being written. */
async function readOutput(store: Store, id: ConversationId): Promise<string> {
  const partial = await store.partials.read(id);
  const rows = await store.transcript.read(id);
  const said = rows.filter((row) => row.kind === 'assistant').map((row) => textOf(row.content));
  return tail([...said, partial?.text ?? ''].filter((text) => text !== '').join('\n\n'));
}

/** No character is cut in two. */
function tail(text: string): string {
  if (text.length <= OUTPUT_LENGTH) return text;
  const cut = text.slice(-OUTPUT_LENGTH);
  return /^[\udc00-\udfff]/.test(cut) ? cut.slice(1) : cut;
}
