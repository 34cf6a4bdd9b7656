/** Looking at tasks' workflows from activities: live by query, and at how they ended. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TaskObserver } from '../activities/dependencies.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { QUERIES } from '../protocol/session-messages.ts';
import type { ConversationRead } from '../protocol/session-messages.ts';
import type { TaskReport } from '../protocol/task.ts';
import { withinActivity } from './within-activity.ts';

/** A view is worth a moment, not a wait. */
const VIEW_DEADLINE_MS = 2_000;
/** Below the activities' own time limits: it is they that ask again, of whichever worker is there by then. */
const DEADLINE_MS = 10_000;

const ENDS: Record<string, [TaskReport['status'], string, string] | undefined> = {
  FAILED: ['failed', 'task.failed', 'The task failed.'],
  TERMINATED: ['failed', 'task.terminated', 'The task was terminated from outside.'],
  TIMED_OUT: ['failed', 'task.timed_out', 'The task ran longer than a task may.'],
  CANCELLED: ['cancelled', 'task.cancelled', 'The task was cancelled.'],
};

export function createTaskObserver(client: Client): TaskObserver {
  const handleOf = (task: ConversationId) => client.workflow.getHandle(toWorkflowId(task));
  const query = (id: ConversationId, fromOffset: number) =>
    handleOf(id).query<ConversationRead, [number]>(QUERIES.read, fromOffset);
  return {
    read: (id, fromOffset) => withinActivity(client, DEADLINE_MS, () => query(id, fromOffset)),

    async view(task) {
      try {
        const { view } = await withinActivity(client, VIEW_DEADLINE_MS, () =>
          query(task, Number.MAX_SAFE_INTEGER),
        );
        return view;
      } catch {
        return null;
      }
    },

    end: (task) => withinActivity(client, DEADLINE_MS, () => readEnd(handleOf(task))),
  };
}

async function readEnd(handle: WorkflowHandle): ReturnType<TaskObserver['end']> {
  const description = await handle.describe();
  const status = description.status.name;
  if (status === 'COMPLETED') return (await handle.result()) as TaskReport;
  const end = ENDS[status];
  if (end === undefined) return null;
  const [name, type, message] = end;
  const endedAt = description.closeTime?.getTime() ?? Date.now();
  return { status: name, error: name === 'cancelled' ? null : { type, message }, endedAt };
}
