/** The API's one way to running conversations: their workflows in Temporal. Nothing else of api/ knows Temporal. */
import { QueryNotRegisteredError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { toControlTopic } from '../bus/bus.ts';
import type { Bus } from '../bus/bus.ts';
import { BACKGROUND_QUEUE, MAIN_QUEUE, toWorkflowId } from '../protocol/ids.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { searchAttributeNames } from '../protocol/search-attributes.ts';
import { QUERIES } from '../protocol/session-messages.ts';
import type {
  ConversationRead,
  SessionInput,
  UpdateArguments,
  UpdateResults,
} from '../protocol/session-messages.ts';
import { checkHealth } from './gateway/check-health.ts';
import { withinDeadline } from './gateway/deadline.ts';
import { deleteHistories } from './gateway/delete-histories.ts';
import { WorkflowGone } from './gateway/failures.ts';
import type { Gateway } from './gateway/gateway.ts';
import { runUpdate } from './gateway/run-update.ts';
import { SharedReads } from './gateway/shared-reads.ts';

export interface SessionGatewayOptions {
  /** Its connection should come from `connectGateway`. */
  client: Client;
  bus: Bus;
  /** Where people find the Temporal Web UI, such as `http://127.0.0.1:8233`. */
  temporalUi: string | null;
  /** For every command (default 10 s) and every read (default 5 s: the store is asked after it). */
  deadlines?: { commandMs: number; readMs: number };
  queues?: { main: string; background: string };
}

const DELETE_PATIENCE_MS = 10_000;

export function createSessionGateway(options: SessionGatewayOptions): Gateway {
  const { client, bus, temporalUi } = options;
  const deadlines = options.deadlines ?? { commandMs: 10_000, readMs: 5000 };
  const queues = options.queues ?? { main: MAIN_QUEUE, background: BACKGROUND_QUEUE };
  const reads = new SharedReads((workflowId, fromOffset) =>
    queryConversation(client, workflowId, fromOffset, deadlines.readMs),
  );

  function update<Name extends keyof UpdateArguments>(
    id: ConversationId,
    name: Name,
    argument: UpdateArguments[Name],
    updateId: string,
    onAccepted?: () => void,
  ): Promise<UpdateResults[Name]> {
    const deadlineMs = deadlines.commandMs;
    return runUpdate(client, {
      workflowId: toWorkflowId(id),
      name,
      argument,
      updateId,
      deadlineMs,
      onAccepted,
    });
  }

  /** The fast way of a stop that the workflow has accepted; the slow one, cancellation, works without it. */
  function abort(id: ConversationId, turn: number | null): void {
    bus.publish(toControlTopic(id), { type: 'abort', turn });
  }

  return {
    startSession: (input) => startSession(client, input, queues.main, deadlines.commandMs),
    async sendMessage(id, message) {
      const answer = await update(id, 'sendMessage', message, `${message.id}:${message.hash}`);
      if (message.delivery === 'interrupt') abort(id, answer.turn - 1);
      return answer;
    },
    async interrupt(id, request) {
      const answer = await update(id, 'interrupt', {}, request);
      if (answer.changed && answer.turn !== null) abort(id, answer.turn);
      return answer;
    },
    startTask: (id, task, request) => update(id, 'startTask', task, request),
    stopTask: (id, stop, request, subtree) =>
      update(id, 'stopTask', stop, request, () => {
        for (const task of subtree) abort({ ...id, task }, null);
      }),
    steerTask: (id, message) => update(id, 'steerTask', message, `${message.id}:${message.hash}`),
    async close(id, close, request) {
      const answer = await update(id, 'close', close, request);
      if (answer.changed) abort(id, null);
      return answer;
    },
    read: (id, fromOffset) => reads.read(toWorkflowId(id), fromOffset),
    deleteHistories: (session, tasks) =>
      deleteHistories(
        client,
        toWorkflowId(session),
        tasks.map((task) => toWorkflowId({ ...session, task })),
        DELETE_PATIENCE_MS,
      ),
    checkHealth: () => checkHealth(client, queues.main, queues.background),
    linkToTemporal: (id) =>
      temporalUi === null
        ? null
        : `${temporalUi}/namespaces/${client.options.namespace}/workflows/${encodeURIComponent(toWorkflowId(id))}`,
  };
}

async function startSession(
  client: Client,
  input: SessionInput,
  taskQueue: string,
  deadlineMs: number,
): Promise<void> {
  const workflowId = toWorkflowId({ workspace: input.workspace, session: input.session, task: null });
  const start = () =>
    client.workflow.start('session', {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: input.title ?? `${input.roster.team} · ${input.agent}`,
      memo: { team: input.roster.team, version: input.roster.version },
      typedSearchAttributes: toSearchAttributes(input),
    });
  try {
    await withinDeadline(
      client.connection as Connection,
      { milliseconds: deadlineMs, what: `Opening ${workflowId}` },
      start,
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function toSearchAttributes(input: SessionInput): SearchAttributePair[] {
  const keyword = (name: string, value: string): SearchAttributePair => ({
    key: defineSearchAttributeKey(name, 'KEYWORD'),
    value,
  });
  return [
    keyword(searchAttributeNames.workspace, input.workspace),
    keyword(searchAttributeNames.agent, input.agent),
    keyword(searchAttributeNames.status, 'open'),
    { key: defineSearchAttributeKey(searchAttributeNames.depth, 'INT'), value: 0 },
    ...(input.user === null ? [] : [keyword(searchAttributeNames.user, input.user)]),
  ];
}

async function queryConversation(
  client: Client,
  workflowId: string,
  fromOffset: number,
  deadlineMs: number,
): Promise<ConversationRead> {
  try {
    return await withinDeadline(
      client.connection as Connection,
      { milliseconds: deadlineMs, what: `Reading ${workflowId}` },
      () => client.workflow.getHandle(workflowId).query<ConversationRead, [number]>(QUERIES.read, fromOffset),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) {
      throw new WorkflowGone(workflowId);
    }
    throw error;
  }
}
