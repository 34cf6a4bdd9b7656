/** Why a Temporal server does not answer: gRPC says no more than that the time was up. */
import { connect as connectPlainly } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import type { TemporalConnectionOptions } from '../../config/temporal-settings.ts';
import { readErrorReason } from '../read-error.mjs';

const PROBE_MS = 3_000;
/** The preface of HTTP/2 and empty settings: what a server of the other kind answers by closing. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Asks the address itself, by the same way. `error` is what the SDK said, and what is left where nothing else is found. */
export async function explainConnection(
  { address, tls }: Pick<TemporalConnectionOptions, 'address' | 'tls'>,
  error: unknown,
): Promise<string> {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address ?? '') ?? [];
  const reason = await probe(() => openSocket({ host, port: Number(port) }, tls));
  return reason ?? readErrorReason(findCause(error));
}

/** The SDK says that it could not connect, and beneath that what the server answered. */
function findCause(error: unknown): unknown {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error;
  return hasCause && error.cause !== undefined ? error.cause : error;
}

function openSocket(place: { host: string; port: number }, tls: TemporalConnectionOptions['tls']): Socket {
  if (!tls) return connectPlainly(place);
  const { serverRootCACertificate: ca, serverNameOverride, clientCertPair } = tls === true ? {} : tls;
  return connectByTls({
    ...place,
    servername: serverNameOverride ?? place.host,
    ALPNProtocols: ['h2'],
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(clientCertPair
      ? { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }
      : {}),
  });
}

/** Null where the server speaks HTTP/2 with us. */
function probe(open: () => Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = open();
    const finish = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(PROBE_MS, () => finish('it takes the connection and says nothing'));
    socket.on('error', (error) => finish(readErrorReason(error)));
    socket.on('close', () => finish('it closes the connection: does it want TLS, or none?'));
    // The first frame of an HTTP/2 server is its settings, of the type 4.
    socket.on('data', (data: Buffer) =>
      finish(data[3] === 4 ? null : 'what answers there does not speak as asked: does it want TLS, or none?'),
    );
    socket.write(PREFACE);
  });
}
