import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connectGateway } from '../../../api/gateway/connection.ts';
import { connectToTestServer } from '../../support/temporal.ts';

/** A way to a server that can be cut. */
async function openWay(address: string): Promise<{ address: string; cut(): Promise<void> }> {
  const sockets: Socket[] = [];
  const way = createServer((client) => {
    const [host, port] = address.split(':');
    const server = connect(Number(port), host);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.push(from);
      from.on('error', () => undefined).pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  return {
    address: `127.0.0.1:${(way.address() as AddressInfo).port}`,
    async cut() {
      way.close();
      for (const socket of sockets) socket.destroy();
      await once(way, 'close');
    },
  };
}

describe('a connection to Temporal', () => {
  it('is closed while calls are to be tried again: they fail, and the process goes on', async () => {
    const server = await connectToTestServer();
    const way = await openWay(server.address);
    const connection = await connectGateway({ address: way.address });
    const call = () =>
      connection.withDeadline(Date.now() + 60_000, () =>
        connection.workflowService.describeNamespace({ namespace: 'default' }),
      );
    await call();
    await way.cut();
    const failed = Promise.allSettled(Array.from({ length: 50 }, call));
    // The first attempts have failed by then.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.close();
    const states = new Set((await failed).map(({ status }) => status));
    expect([...states]).toEqual(['rejected']);
    await server.close();
  });
});
