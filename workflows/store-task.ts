/** What a starter writes of its tasks: their text before they start, and an end that they could not tell themselves. */
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import type { TurnPorts } from '../core/ports.ts';
import { tellMissing } from '../core/tell-missing.ts';
import { UNKNOWN_USAGE } from '../protocol/content.ts';
import type { TaskReport, TaskRequest } from '../protocol/task.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import type { TaskEnd } from './task-end.ts';

export async function storeTask(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  task: TaskRecord,
  request: TaskRequest,
): Promise<void> {
  const opened = await activities.openTask({
    workspace: state.id.workspace,
    session: state.id.session,
    task: task.id,
    starter: { task: state.id.task },
    agent: task.agent,
    title: task.title,
    depth: task.depth,
    text: request.task,
    expectedOutput: request.expectedOutput ?? null,
    attachments: request.attachments ?? [],
    context: request.context ?? 'none',
    variables: request.variables ?? {},
    ...(request.input === undefined ? {} : { input: request.input }),
    queuedAt: task.queuedAt,
  });
  tellMissing(state, ports, opened?.missing);
}

export async function storeTaskEnd(
  state: ConversationState,
  task: TaskRecord,
  end: TaskEnd,
): Promise<TaskReport> {
  const { workspace, session } = state.id;
  const startedAt = task.startedAt ?? now();
  const usage = { ...UNKNOWN_USAGE };
  const ended = { task: task.id, ...end, partial: false, usage, startedAt, endedAt: now() };
  const stored = await activities.finishTask({ workspace, session, ...ended, append: [], events: [] });
  return { ...ended, ...stored, partial: stored.resultSize > 0, stopped: [] };
}
