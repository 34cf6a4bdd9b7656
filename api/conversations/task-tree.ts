/** The tasks of a session as they are now: rows of the store, made fresh by what their starters' workflows say. */
import type { ConversationId } from '../../protocol/ids.ts';
import type { TaskView } from '../../protocol/session-messages.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from '../feed/event-source.ts';
import { TemporalAway } from '../gateway/failures.ts';

export interface LiveTasks {
  records: TaskRecord[];
  views: Map<string, TaskView>;
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
  const starters = new Set<string | null>();
  for (const record of records) {
    if (record.starter === null ? known === null : !isTerminal(record.status)) starters.add(record.starter);
  }
  const asked = [...starters];
  const answers = await Promise.all(asked.map((task) => readViews(source, { ...session, task })));
  const own = known ?? answers[asked.indexOf(null)] ?? [];
  const views = [...(known ?? []), ...answers.flatMap((answer) => answer ?? [])];
  return {
    records: sortByStart(addUnopened(records, session, own), views),
    views: new Map(views.map((view) => [view.id, view])),
    isStale: answers.includes(null),
  };
}

/** Oldest first; tasks of one step, which have one time, in the order in which their starter named them. */
function sortByStart(records: TaskRecord[], views: TaskView[]): TaskRecord[] {
  const places = new Map(views.map((view, place) => [view.id, place]));
  const placeOf = ({ id }: TaskRecord): number => places.get(id) ?? views.length;
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
