import { isHookPhase } from '../../protocol/ids.ts';
import type { ListedTaskResource, TaskSummaryResource } from '../../protocol/schemas/resources.ts';
import type { TaskView } from '../../protocol/session-messages.ts';
import { waitsFor } from '../../core/waits-for.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { TaskStatus } from '../../protocol/task.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import { toNullableIsoTime } from './render-message.ts';

const NO_NOTICE = { state: 'none' as const, turn: null, message: null };
const PENDING_NOTICE = { ...NO_NOTICE, state: 'pending' as const };

/**
 * `view` is what the task's starter knows of it; the end is known to the store, which has the last word on it.
 * `told`: how far its end was told, where no starter is left to say so.
 */
export function renderTaskSummary(
  record: TaskRecord,
  view: TaskView | undefined,
  now: number,
  told?: TaskView['notice'],
): TaskSummaryResource {
  const startedAt = record.startedAt ?? view?.startedAt ?? null;
  const endedAt = record.endedAt ?? view?.endedAt ?? null;
  const isOver = isTerminal(record.status);
  const stands = view ?? { asks: record.question, shortage: record.shortage };
  return {
    id: record.id,
    agent: record.agent,
    title: record.title,
    status: toStatus(record, view),
    depth: record.depth,
    starter: toStarter(record),
    progress: record.progress,
    startedAt: toNullableIsoTime(startedAt),
    endedAt: toNullableIsoTime(endedAt),
    runtimeMs: startedAt === null ? null : Math.max(0, (endedAt ?? now) - startedAt),
    waitingFor: isOver ? null : waitsFor(stands),
    shortage: isOver ? null : (stands.shortage ?? null),
    question: isOver || stands.asks === null ? null : record.question,
    notice: toNotice(record, view, told),
  };
}

function toStarter({ starter, session }: TaskRecord): TaskSummaryResource['starter'] {
  if (starter === null) return { session };
  return isHookPhase(starter) ? { hook: starter } : { task: starter };
}

export function renderListedTask(record: TaskRecord, now: number): ListedTaskResource {
  return { ...renderTaskSummary(record, undefined, now), session: record.session };
}

/** The store knows of an end a moment before the starter does, which has yet to tell it. */
function toNotice(
  record: TaskRecord,
  view: TaskView | undefined,
  told: TaskView['notice'] = NO_NOTICE,
): TaskSummaryResource['notice'] {
  if (view === undefined) return told;
  return isTerminal(record.status) && !isTerminal(view.status) ? PENDING_NOTICE : view.notice;
}

export function toStatus(record: TaskRecord, view: TaskView | undefined): TaskStatus {
  return isTerminal(record.status) ? record.status : (view?.status ?? record.status);
}
