/** How the bare workflows are asked: by a Temporal client, in the process that measures. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { askUpdate, bareSession, fanOutUpdate } from './peer-workflows.ts';

export const PEER_QUEUES = { main: 'peer', background: 'peer-background' } as const;

export interface PeerSession {
  ask(text: string): Promise<string>;
  /** Until all have ended. */
  fanOut(count: number, model: string): Promise<number>;
  end(): Promise<unknown>;
}

export interface PeerClient {
  open(model: string): Promise<PeerSession>;
  close(): Promise<void>;
}

export async function connectPeer(address: string): Promise<PeerClient> {
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection });
  return {
    async open(model) {
      const handle = await workflow.start(bareSession, {
        ...{ taskQueue: PEER_QUEUES.main, workflowId: `peer-${randomUUID()}`, args: [model] },
      });
      return {
        ask: (text) => handle.executeUpdate(askUpdate, { args: [text] }),
        fanOut: (count, childModel) =>
          handle.executeUpdate(fanOutUpdate, {
            args: [{ count, model: childModel, taskQueue: PEER_QUEUES.background }],
          }),
        end: () => handle.terminate(),
      };
    },
    close: () => connection.close(),
  };
}
