import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { prepareEnd } from '../../../api/http/end-server.ts';
import { defer } from '../../support/deferred.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Far longer than a test: whoever waits for it fails. */
const NEVER_MS = 600_000;

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function serve(answer: RequestListener, graceMs = NEVER_MS) {
  const server: Server = createServer({ keepAliveTimeout: NEVER_MS }, answer);
  const end = prepareEnd(server, graceMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, end, port: (server.address() as AddressInfo).port };
}

/** A connection that stays open after its answer, as those of browsers and proxies do. */
async function openConnection(port: number): Promise<{ socket: Socket; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, closed: once(socket, 'close') };
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('a server that ends', () => {
  it('closes connections that wait for a next request', async () => {
    const { end, port } = await serve((_request, response) => response.end('yes'));
    const { socket, closed } = await openConnection(port);
    socket.write(GET);
    await once(socket, 'data');
    const silent = await openConnection(port);
    await end();
    await Promise.all([closed, silent.closed]);
  });

  it('answers what is under way, and closes its connection then', async () => {
    const answered = defer();
    const begun = defer();
    const { end, port } = await serve((_request, response) => {
      begun.resolve();
      void answered.promise.then(() => response.end('the whole answer'));
    });
    const { socket, closed } = await openConnection(port);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(GET);
    await begun.promise;
    const ended = end();
    answered.resolve();
    await Promise.all([ended, closed]);
    expect(text).toMatch(/^Connection: close\r$/m);
    expect(text).toMatch(/the whole answer$/);
  });

  it('closes the connection of a stream with its end, though its head promised to keep it', async () => {
    const ended = defer();
    const { end, port } = await serve((_request, response) => {
      response.writeHead(200);
      response.write('first');
      void ended.promise.then(() => response.end('last'));
    });
    const { socket, closed } = await openConnection(port);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(GET);
    await waitFor(() => text.includes('first'));
    const isOver = end();
    ended.resolve();
    await Promise.all([isOver, closed]);
    expect(text).toContain('last');
  });

  it('sends what was written to the end, however slowly it is taken', async () => {
    const size = 20 * 1024 * 1024;
    const { end, port } = await serve((_request, response) => response.end(Buffer.alloc(size, 'x')));
    const request = httpRequest({ port, host: '127.0.0.1', agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const isOver = end();
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    await isOver;
    expect(received).toBe(size);
  });

  it('cuts off what still runs after its grace', async () => {
    const begun = defer();
    const { end, port } = await serve(() => begun.resolve(), 50);
    const { socket, closed } = await openConnection(port);
    socket.write(GET);
    await begun.promise;
    await Promise.all([end(), closed]);
  });
});
