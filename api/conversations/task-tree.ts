/** The tasks of a session as they are now: rows of the store, made fresh by what their starters' workflows say. */
import type { ConversationId } from '../../protocol/ids.ts';
import type { TaskSummaryResource } from '../../protocol/schemas/resources.ts';
import type { TaskView } from '../../protocol/session-messages.ts';
import { NOTICE_EVENTS, readNotices } from '../../core/notices.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import type { Store } from '../../storage/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from '../feed/event-source.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { renderTaskSummary } from './render-task.ts';

export interface LiveTasks {
  records: TaskRecord[];
  views: Map<string, TaskView>;
  /** How far the ends of those were told of which nobody is left to ask. */
  notices: Map<string, TaskView['notice']>;
  isStale: boolean;
}

/** Beyond every offset: asks for the view alone. */
const NO_EVENTS = Number.MAX_SAFE_INTEGER;

/** `known`: tasks of the session's own conversation, where the caller has asked it already. */
export async function readTaskTree(
  { store }: Pick<ApiDependencies, 'store'>,
  source: EventSource,
  session: ConversationId,
  known: TaskView[] | null,
): Promise<LiveTasks> {
  const records = await store.tasks.listBySession(session.workspace, session.session);
  const over = new Set(records.filter(({ status }) => isTerminal(status)).map(({ id }) => id));
  const starters = new Set<string | null>();
  for (const { starter } of records) {
    if (starter === null ? known === null : !over.has(starter)) starters.add(starter);
  }
  const asked = [...starters];
  const answers = await Promise.all(asked.map((task) => readViews(source, { ...session, task })));
  const own = known ?? answers[asked.indexOf(null)] ?? [];
  const all = [...(known ?? []), ...answers.flatMap((answer) => answer ?? [])];
  const views = new Map(all.map((view) => [view.id, view]));
  const left = records.filter(({ id }) => over.has(id) && !views.has(id));
  const { notices, order } = await readLeft(store, session, left);
  return {
    records: sortByStart(addUnopened(records, session, own), [...order, ...views.keys()]),
    views,
    notices,
    isStale: answers.includes(null),
  };
}

export function renderTree({ records, views, notices }: LiveTasks, now: number): TaskSummaryResource[] {
  return records.map((task) => renderTaskSummary(task, views.get(task.id), now, notices.get(task.id)));
}

/** What events have left of tasks that have ended and that no conversation knows any more. */
interface LeftFacts {
  notices: Map<string, TaskView['notice']>;
  /** Ids, in the order in which their starters named them. */
  order: string[];
}

export async function readLeft(
  store: Store,
  { workspace, session }: Pick<ConversationId, 'workspace' | 'session'>,
  records: readonly TaskRecord[],
): Promise<LeftFacts> {
  const starters = new Set(records.map(({ starter }) => starter));
  const types = [...NOTICE_EVENTS, 'task.queued'] as const;
  const events = await store.events.readOfTypes({ workspace, session }, [...starters], types);
  const order = events.flatMap((event) => (event.type === 'task.queued' ? [event.task] : []));
  return { notices: readNotices(events), order };
}

/** Oldest first; tasks of one step, which have one time, in the order in which their starter named them. */
export function sortByStart(records: readonly TaskRecord[], order: readonly string[]): TaskRecord[] {
  const places = new Map(order.map((id, place) => [id, place]));
  const placeOf = ({ id }: TaskRecord): number => places.get(id) ?? order.length;
  return records.toSorted((a, b) => a.queuedAt - b.queuedAt || placeOf(a) - placeOf(b));
}

/** Null when Temporal is away. */
async function readViews(source: EventSource, id: ConversationId): Promise<TaskView[] | null> {
  try {
    if (await source.isOver(id)) return [];
    return (await source.readWorkflow(id, NO_EVENTS))?.view.tasks ?? [];
  } catch (error) {
    if (error instanceof TemporalAway) return null;
    throw error;
  }
}

/** A task that was queued a moment ago is in its starter's state before it is in the store. */
function addUnopened(records: TaskRecord[], session: ConversationId, views: TaskView[]): TaskRecord[] {
  const ids = new Set(records.map((record) => record.id));
  const unopened = views.filter((view) => !ids.has(view.id) && view.depth === 1);
  return [...records, ...unopened.map((view) => toUnopenedRecord(session, view))];
}

function toUnopenedRecord({ workspace, session }: ConversationId, view: TaskView): TaskRecord {
  const { id, agent, title, depth, status, partial, error, usage, files, queuedAt, startedAt, endedAt } =
    view;
  const known = {
    id,
    agent,
    title,
    depth,
    status,
    partial,
    error,
    usage,
    files,
    queuedAt,
    startedAt,
    endedAt,
  };
  return {
    ...known,
    workspace,
    session,
    starter: null,
    text: '',
    expectedOutput: null,
    attachments: [],
    variables: {},
    result: null,
    progress: null,
    question: null,
    shortage: null,
  };
}
