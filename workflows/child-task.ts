/** The start of a task's workflow, with everything that the Temporal Web UI shows of it. */
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import { takeHeldMessages } from '../core/message-task.ts';
import { toPrerequisites } from '../core/prerequisites.ts';
import { toTaskRoster } from '../core/roster.ts';
import { toBackgroundQueue, toWorkflowId } from '../protocol/ids.ts';
import type { RolloverThreshold, TaskReport } from '../protocol/task.ts';
import type { TaskInput } from '../protocol/task-input.ts';
import { toSearchAttributes } from './search-attributes.ts';

/** What a task inherits beside the roster. */
export interface ChildSettings {
  user: string | null;
  rollover: RolloverThreshold;
}

export function startTaskWorkflow(
  state: ConversationState,
  task: TaskRecord,
  settings: ChildSettings,
): Promise<ChildWorkflowHandle<(input: TaskInput) => Promise<TaskReport>>> {
  const { workspace, session } = state.id;
  const messages = takeHeldMessages(state, task.id);
  const input: TaskInput = {
    workspace,
    session,
    task: task.id,
    starter: state.id.task,
    agent: task.agent,
    title: task.title,
    depth: task.depth,
    ancestors: [...state.ancestors, state.agent],
    ...(task.maxTurns === null ? {} : { maxTurns: task.maxTurns }),
    roster: toTaskRoster(state.roster, task.agent),
    ...(task.dependsOn.length === 0 ? {} : { prerequisites: toPrerequisites(state, task) }),
    ...settings,
    ...(messages.length === 0 ? {} : { messages }),
  };
  const { taskQueue } = workflowInfo();
  return startChild<(input: TaskInput) => Promise<TaskReport>>('task', {
    args: [input],
    workflowId: toWorkflowId({ ...state.id, task: task.id }),
    // A session and its hooks are on the main queue; a task is at work on the background queue already.
    taskQueue: state.depth === 0 ? toBackgroundQueue(taskQueue) : taskQueue,
    // The close policy is applied when a parent continues as new, and its default would kill the child.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowExecutionTimeout: state.roster.limits.maxTaskTimeMs,
    staticSummary: task.title,
    typedSearchAttributes: toSearchAttributes({
      workspace,
      user: settings.user,
      agent: task.agent,
      status: 'open',
      depth: task.depth,
    }),
  });
}
