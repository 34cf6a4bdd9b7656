/** The API's one way to running conversations: their workflows in Temporal. Nothing else of api/ knows Temporal. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { Bus } from '../../bus/bus.ts';
import { HOOK_PHASES, MAIN_QUEUE, toBackgroundQueue, toWorkflowId } from '../../protocol/ids.ts';
import { searchAttributeNames } from '../../protocol/search-attributes.ts';
import type { SessionInput } from '../../protocol/session-messages.ts';
import { checkHealth } from './check-health.ts';
import { createReads } from './conversation-reads.ts';
import { createCommands } from './create-commands.ts';
import { withinDeadline } from './deadline.ts';
import { deleteHistories } from './delete-histories.ts';
import type { Gateway } from './gateway.ts';

export interface SessionGatewayOptions {
  /** Its connection should come from `connectGateway`. */
  client: Client;
  bus: Bus;
  /** Where people find the Temporal Web UI, such as `http://127.0.0.1:8233`. */
  temporalUi: string | null;
  /** For every command (default 10 s) and every read (default 5 s: the store is asked after it). */
  deadlines?: { commandMs: number; readMs: number };
  /** Named otherwise by tests alone, so that several of them share one server. */
  mainQueue?: string;
}

/** A session gets so long to settle its tasks before it is ended, and all of it may take so long. */
const DELETE_PATIENCE_MS = 10_000;
const DELETE_WITHIN_MS = 60_000;

export function createSessionGateway(options: SessionGatewayOptions): Gateway {
  const { client, bus, temporalUi } = options;
  const deadlines = options.deadlines ?? { commandMs: 10_000, readMs: 5000 };
  const mainQueue = options.mainQueue ?? MAIN_QUEUE;
  return {
    startSession: (input) => startSession(client, input, mainQueue, deadlines.commandMs),
    ...createCommands(client, bus, deadlines.commandMs),
    ...createReads(client, deadlines.readMs),
    deleteHistories: (session, tasks) => {
      const workflowId = toWorkflowId(session);
      const others = [...HOOK_PHASES, ...tasks].map((task) => toWorkflowId({ ...session, task }));
      return withinDeadline(
        client.connection as Connection,
        { milliseconds: DELETE_WITHIN_MS, what: `Deleting ${workflowId}` },
        () => deleteHistories(client, workflowId, others, DELETE_PATIENCE_MS),
      );
    },
    checkHealth: () => checkHealth(client, mainQueue, toBackgroundQueue(mainQueue)),
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
