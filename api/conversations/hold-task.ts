import type { HeldTask } from '../../protocol/session-messages.ts';
import { isTerminal } from '../../protocol/task.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import type { Services } from '../services.ts';
import type { FoundTask } from './find-conversation.ts';

/** Lets a task stand still, or go on. Where nothing is to be done it says what the task is. */
export async function holdTask(
  { gateway, store }: Services,
  { id, starter, record }: FoundTask,
  act: 'pauseTask' | 'resumeTask',
  request: string,
): Promise<HeldTask & { id: string }> {
  if (isTerminal(record.status)) return { id: record.id, status: record.status, changed: false };
  try {
    return { id: record.id, ...(await gateway[act](starter, record.id, request)) };
  } catch (error) {
    if (!(error instanceof WorkflowGone)) throw error;
  }
  const { workspace, session } = id;
  const now = await store.tasks.get({ workspace, session, task: record.id });
  return { id: record.id, status: now?.status ?? record.status, changed: false };
}
