/** A session as the API shows it: its row, its workflow's view, its tasks. Without Temporal what the store has. */
import { NO_USAGE, sumUsage } from '../../protocol/content.ts';
import type { ListedSessionResource, SessionResource } from '../../protocol/schemas/resources.ts';
import type { ConversationView } from '../../protocol/session-messages.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { SessionRecord } from '../../storage/session-store.ts';
import type { Store } from '../../storage/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from '../feed/event-source.ts';
import type { FoundSession } from './find-conversation.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { readBudget } from './extend-budget.ts';
import { readHooks } from './read-hooks.ts';
import { renderHook } from './render-hook.ts';
import { toIsoTime, toNullableIsoTime } from './render-message.ts';
import { readTaskTree, renderTree } from './task-tree.ts';

const NO_EVENTS = Number.MAX_SAFE_INTEGER;

export async function readSession(
  { store, gateway, clock }: Pick<ApiDependencies, 'store' | 'gateway' | 'clock'>,
  source: EventSource,
  found: FoundSession,
): Promise<SessionResource> {
  const { id } = found;
  const { view, isStale, record } = await readView(store, source, found);
  // Tasks that were kept at the close end without their starter: the store alone knows of them.
  const known = (view?.tasks ?? []).filter((task) => record.finalView === null || isTerminal(task.status));
  const tree = await readTaskTree({ store }, source, id, known);
  const usages = await store.transcript.usage(id.workspace, id.session);
  const hooks = await readHooks({ store, gateway, clock }, source, id);
  const now = clock();
  const path = `/v1/sessions/${record.id}`;
  return {
    ...renderListedSession(record),
    ...(view === null ? {} : liveFields(record, view)),
    variables: record.variables,
    metadata: record.metadata,
    tasks: renderTree(tree, now),
    usage: usages.get(null) ?? NO_USAGE,
    treeUsage: sumUsage([...usages.values(), ...hooks.flatMap(({ usage }) => usage ?? [])]),
    budget: await readBudget(store, id),
    offset: view?.offset ?? (await store.events.lastOffset(id)),
    analysis: record.analysis,
    hooks: hooks.map(renderHook),
    links: { temporal: gateway.linkToTemporal(id), events: `${path}/events`, messages: `${path}/messages` },
    ...(isStale || tree.isStale ? { stale: true as const } : {}),
  };
}

export function renderListedSession(record: SessionRecord): ListedSessionResource {
  return {
    id: record.id,
    workspace: record.workspace,
    status: record.status,
    team: record.team,
    agent: record.agent,
    user: record.user as ListedSessionResource['user'],
    title: record.title,
    demo: record.demo,
    createdAt: toIsoTime(record.createdAt),
    updatedAt: toIsoTime(record.updatedAt),
    closedAt: toNullableIsoTime(record.closedAt),
    closeReason: record.closeReason,
  };
}

interface Viewed {
  view: ConversationView | null;
  isStale: boolean;
  record: SessionRecord;
}

/** A closed session has its last view in the store; one whose workflow has ended meanwhile has it there by now. */
async function readView(
  store: Store,
  source: EventSource,
  { id, record }: FoundSession,
  isRepeated = false,
): Promise<Viewed> {
  const known = { isStale: false, record };
  if (record.finalView !== null) return { view: record.finalView as ConversationView, ...known };
  try {
    const read = await source.readWorkflow(id, NO_EVENTS);
    if (read !== null || isRepeated) return { view: read?.view ?? null, ...known };
  } catch (error) {
    if (error instanceof TemporalAway) return { view: null, isStale: true, record };
    throw error;
  }
  const ended = await store.sessions.get(id.workspace, id.session);
  return readView(store, source, { id, record: ended ?? record }, true);
}

/** What is closed in the store is closed, whatever a view of before says. */
function liveFields(record: SessionRecord, view: ConversationView): Partial<ListedSessionResource> {
  const isClosed = record.status === 'closed' || record.status === 'aborted';
  return {
    status: isClosed ? record.status : view.status,
    agent: view.agent,
    updatedAt: toIsoTime(Math.max(record.updatedAt, view.updatedAt)),
    closeReason: record.closeReason ?? view.closeReason,
  };
}
