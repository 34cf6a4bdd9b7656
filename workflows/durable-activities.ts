/** The activities as workflows call them: with their time limits, retries and the way they are cancelled. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../protocol/activities.ts';

/** Unset would mean TRY_CANCEL: the turn would not wait for what an aborted call still has to say. */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * A model call bounds its own attempts (five minutes for a conversation, an hour for a task) by the time since it
 * was scheduled; the timeouts here catch a worker that is gone. The heartbeat carries cancellation, so its
 * interval bounds how late an interrupt arrives when the bus is down.
 */
export const { callModel: callMainModel } = proxyActivities<Pick<Activities, 'callModel'>>({
  scheduleToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  cancellationType,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '15s' },
});

export const { callModel: callBackgroundModel } = proxyActivities<Pick<Activities, 'callModel'>>({
  scheduleToCloseTimeout: '4h',
  heartbeatTimeout: '20s',
  cancellationType,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
});

export const { executeTool } = proxyActivities<Pick<Activities, 'executeTool'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  cancellationType,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '15s', maximumAttempts: 5 },
});

/** It bounds its own attempts; the caller's timeout catches a worker that is gone. */
export const { callFunction } = proxyActivities<Pick<Activities, 'callFunction'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  cancellationType,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 20 },
});

export const { watchTasks } = proxyActivities<Pick<Activities, 'watchTasks'>>({
  startToCloseTimeout: '8d',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  summary: 'watch tasks of earlier runs',
});

export const { takePlaces } = proxyActivities<Pick<Activities, 'takePlaces'>>({
  startToCloseTimeout: '8d',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  summary: 'wait for places in the tree',
});

/**
 * Writes to the store, repeated until they succeed. Not local activities: where a query comes with the workflow task
 * of one, the SDK tells the workflow of its end with the next task, behind the signals and updates that came
 * meanwhile, and on replay before them: a conversation that decided by what had come would never replay again.
 */
const storeOptions: ActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
};

export const { callModel: keepModelReply } = proxyActivities<Pick<Activities, 'callModel'>>({
  ...storeOptions,
  summary: 'keep what an interrupted call has left',
});

export const { openTasks } = proxyActivities<Pick<Activities, 'openTasks'>>({
  ...storeOptions,
  summary: 'keep the texts of tasks',
});

export const { finishTask } = proxyActivities<Pick<Activities, 'finishTask'>>({
  ...storeOptions,
  summary: 'keep the task’s end',
});

export const { keepStatuses } = proxyActivities<Pick<Activities, 'keepStatuses'>>({
  ...storeOptions,
  summary: 'keep where tasks stand',
});

export const { openHook, closeHook, markReady } = proxyActivities<
  Pick<Activities, 'openHook' | 'closeHook' | 'markReady'>
>({
  ...storeOptions,
  summary: 'keep how a hook went',
});

/** It bounds its own attempts, as a task's model call does. */
export const { analyzeSession } = proxyActivities<Pick<Activities, 'analyzeSession'>>({
  scheduleToCloseTimeout: '4h',
  heartbeatTimeout: '20s',
  cancellationType,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
});

export const { archive } = proxyActivities<Pick<Activities, 'archive'>>({
  ...storeOptions,
  summary: 'keep the events of this run',
});
