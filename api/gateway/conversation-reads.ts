import { setTimeout as sleep } from 'node:timers/promises';
import { QueryRejectedError, WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import { toWorkflowId } from '../../protocol/ids.ts';
import { QUERIES } from '../../protocol/session-messages.ts';
import type { ConversationRead } from '../../protocol/session-messages.ts';
import { withinDeadline } from './deadline.ts';
import { TemporalAway, WorkflowGone } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { SharedReads } from './shared-reads.ts';

/** Failed, canceled, terminated, timed out: of Temporal's workflow execution statuses. */
const ENDED_FROM_OUTSIDE = [3, 4, 5, 7];
/** Its next run is there a moment later. */
const CONTINUED_AS_NEW = 6;
const ATTEMPTS = 5;
const BETWEEN_RUNS_MS = 20;

/** Of the deadline. The server may lose a query that meets a rollover, without a word: the second one finds the new run. */
const FIRST_TRY = 0.25;

/** A workflow that is over still answers queries, as if it were at work: only those that run are asked. */
export function createReads(client: Client, deadlineMs: number): Pick<Gateway, 'read' | 'readEnded'> {
  const { namespace, dataConverter, identity } = client.options;
  const { interceptors = [] } = client.workflow.options;
  const running = new WorkflowClient({
    ...{ connection: client.connection, namespace, dataConverter, identity, interceptors },
    queryRejectCondition: 'NOT_OPEN',
  });
  const ask = <T>(workflowId: string, call: () => Promise<T>, milliseconds = deadlineMs): Promise<T> =>
    withinDeadline(client.connection as Connection, { milliseconds, what: `Reading ${workflowId}` }, call);
  const query = async (
    from: WorkflowClient,
    workflowId: string,
    fromOffset: number,
  ): Promise<ConversationRead> => {
    const call = () => from.getHandle(workflowId).query<ConversationRead, [number]>(QUERIES.read, fromOffset);
    try {
      return await ask(workflowId, call, deadlineMs * FIRST_TRY);
    } catch (error) {
      if (!(error instanceof TemporalAway)) throw error;
      return ask(workflowId, call, deadlineMs * (1 - FIRST_TRY));
    }
  };
  const read = async (workflowId: string, fromOffset: number): Promise<ConversationRead> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await query(running, workflowId, fromOffset);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw new WorkflowGone(workflowId, { isKnown: false });
        if (!(error instanceof QueryRejectedError)) throw error;
        if (error.status === CONTINUED_AS_NEW && attempt < ATTEMPTS) {
          await sleep(BETWEEN_RUNS_MS * attempt);
          continue;
        }
        if (!ENDED_FROM_OUTSIDE.includes(error.status)) throw new WorkflowGone(workflowId);
        const { closeTime } = await ask(workflowId, () => client.workflow.getHandle(workflowId).describe());
        throw new WorkflowGone(workflowId, { endedAt: closeTime?.getTime() ?? Date.now() });
      }
    }
  };
  const reads = new SharedReads(read);
  return {
    read: (id, fromOffset) => reads.read(toWorkflowId(id), fromOffset),
    async readEnded(id, fromOffset) {
      try {
        return await query(client.workflow, toWorkflowId(id), fromOffset);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
  };
}
