import { createHash, randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { makeFileId, makeMessageId } from '../protocol/ids.ts';

export const newMessageId = (): string => makeMessageId(Date.now(), randomUUID());

/** The same for each attempt of a tool's call: one that is repeated after a crash saves nothing twice. */
export function makeFileIdOfCall(): string {
  const { activityId, workflowExecution, scheduledTimestampMs } = activityInfo();
  const call = `${workflowExecution?.runId ?? ''} ${activityId}`;
  return makeFileId(scheduledTimestampMs, createHash('sha256').update(call).digest('hex'));
}
