/** The API's one way to running conversations: their workflows in Temporal. Nothing else of api/ knows Temporal. */
import type { Client, Connection } from '@temporalio/client';
import type { Bus } from '../../bus/bus.ts';
import { HOOK_PHASES, MAIN_QUEUE, toBackgroundQueue, toWorkflowId } from '../../protocol/ids.ts';
import { checkHealth } from './check-health.ts';
import { createReads } from './conversation-reads.ts';
import { createCommands } from './create-commands.ts';
import { createStarts } from './create-starts.ts';
import { withinDeadline } from './deadline.ts';
import { deleteHistories } from './delete-histories.ts';
import type { Gateway } from './gateway.ts';
import { listForcedEnds } from './list-forced-ends.ts';

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
    ...createStarts(client, mainQueue, deadlines.commandMs),
    ...createCommands(client, bus, deadlines.commandMs),
    ...createReads(client, deadlines.readMs),
    listForcedEnds: (since) => listForcedEnds(client, since, deadlines.readMs),
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
