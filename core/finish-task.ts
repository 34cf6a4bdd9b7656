/** The end of a task, from whichever of the three ways brings it first; the others change nothing. */
import { NO_USAGE } from '../protocol/content.ts';
import { isTerminal } from '../protocol/task.ts';
import type { TaskReport } from '../protocol/task.ts';
import { findTask, toTaskName } from './conversation-state.ts';
import type { ConversationState } from './conversation-state.ts';
import { tellMissedMessages } from './message-task.ts';
import type { TurnPorts } from './ports.ts';

/** Finished tasks whose end has been told are kept in state up to this number; the store has them all. */
const FINISHED_TASKS_KEPT = 100;

type EndPorts = Pick<TurnPorts, 'record' | 'now' | 'launchTasks'>;

export function finishTask(state: ConversationState, ports: EndPorts, report: TaskReport): void {
  const task = findTask(state, report.task);
  if (task === undefined || isTerminal(task.status)) return;
  const { status, partial, usage, error, files } = report;
  const runtimeMs = task.startedAt === null ? null : Math.max(0, report.endedAt - task.startedAt);
  task.stopped = report.stopped;
  task.resultSize = report.resultSize;
  ports.record({
    type: 'task.finished',
    ...toTaskName(task),
    status,
    partial,
    usage,
    runtimeMs,
    error,
    files,
  });
  tellMissedMessages(ports, task);
  trimFinished(state);
  ports.launchTasks();
}

/** The end of a task that tells nothing itself: it never started, or it was terminated from outside. */
export function endTask(
  state: ConversationState,
  ports: EndPorts,
  end: { task: string; status: 'failed' | 'cancelled'; error: TaskReport['error']; endedAt?: number },
): void {
  const startedAt = findTask(state, end.task)?.startedAt ?? ports.now();
  const endedAt = end.endedAt ?? ports.now();
  finishTask(state, ports, {
    ...end,
    partial: false,
    usage: { ...NO_USAGE },
    startedAt,
    endedAt,
    files: 0,
    resultSize: 0,
    stopped: [],
  });
}

function trimFinished(state: ConversationState): void {
  const needed = new Set(
    state.tasks.filter((task) => !isTerminal(task.status)).flatMap((task) => task.dependsOn),
  );
  const told = state.tasks.filter(
    (task) => isTerminal(task.status) && task.notice.state !== 'pending' && !needed.has(task.id),
  );
  const surplus = new Set(told.slice(0, Math.max(0, told.length - FINISHED_TASKS_KEPT)));
  if (surplus.size > 0) state.tasks = state.tasks.filter((task) => !surplus.has(task));
}
