/** The end of an HTTP server: no new connections, requests under way are answered whole, nobody is waited for beyond. */
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';

/** Call it before the server listens. The function that it gives resolves when every connection is closed. */
export function prepareEnd(server: Server, graceMs: number): () => Promise<void> {
  /** Every open connection, with the response under way on it. */
  const connections = new Map<Socket, ServerResponse | null>();
  let isEnding = false;

  server.on('connection', (socket: Socket) => {
    connections.set(socket, null);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    connections.set(socket, response);
    // Closed, not finished: by then the client has what was written.
    response.once('close', () => {
      if (connections.get(socket) === response) connections.set(socket, null);
      if (isEnding) socket.destroySoon();
    });
  });

  return async () => {
    isEnding = true;
    if (!server.listening) return;
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => {
      // Not the HTTP server's own close: it cuts off responses that are written and not sent yet.
      NetServer.prototype.close.call(server, () => resolve());
      for (const [socket, response] of connections) {
        if (response === null) socket.destroySoon();
        else if (!response.headersSent) response.setHeader('Connection', 'close');
      }
    });
    clearTimeout(timer);
  };
}
