import { createServer } from 'node:net';
import { readErrorCode } from '../read-error.mjs';

const portsToTry = 100;

export interface PortWish {
  /** 0: any free one. */
  port: number;
  /** A default moves on to the next free port; one that was set is meant. */
  isDefault: boolean;
  /** What the port is for, for messages: "The Temporal server". */
  user: string;
  /** The setting that changes it, for messages. */
  setting: string;
}

/**
 * A port that is free now, starting at the wished one. Says so when it is another one.
 * Throws where the port was set and is taken.
 */
export async function choosePort(
  host: string,
  wish: PortWish,
  report: (line: string) => void,
  avoid: readonly number[] = [],
): Promise<number> {
  if (wish.port === 0) return tryPort(host, 0);
  for (let port = wish.port; port < wish.port + portsToTry && port <= 65_535; port++) {
    const isFree = !avoid.includes(port) && (await isPortFree(host, port));
    if (isFree && port !== wish.port) {
      report(`${wish.user} uses port ${port}, since ${wish.port} is taken. ${wish.setting} sets another.`);
    }
    if (isFree) return port;
    if (!wish.isDefault) {
      throw new Error(
        `${wish.setting} is ${port}, but something else uses port ${port} of ${host}, or it needs more rights. ` +
          `End it, set another port, or leave ${wish.setting} out to take the next free one.`,
      );
    }
  }
  throw new Error(
    `No free port from ${wish.port} to ${wish.port + portsToTry - 1} on ${host}. Set ${wish.setting} to a free one.`,
  );
}

/** Whether we could listen there now. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  try {
    await tryPort(host, port);
    return true;
  } catch (error) {
    if (['EADDRINUSE', 'EACCES'].includes(readErrorCode(error) ?? '')) return false;
    throw error;
  }
}

/** Listens for a moment; returns the port that was taken. */
function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
