import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port for a server that is started later, and again when it was killed. It is below those that the system gives to
 * outgoing connections: what looks free among them may be the end of a connection by the time the server wants it.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
