/** A Temporal server as it is reached over the internet: by TLS with a client certificate, and with an API key. */
import { connect, createSecureServer } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { readFile } from 'node:fs/promises';
import type { Certificates } from './certificates.ts';

export interface SecureTemporal {
  address: string;
  /** How many calls were refused for their key. */
  refused: number;
  /** The key is not valid any more, for the calls that wait either; or it is again. */
  revoke(isRevoked: boolean): void;
  /** Methods that were called, such as `StartWorkflowExecution`, with the namespace that the header named. */
  calls: { method: string; namespace: string | undefined }[];
  close(): Promise<void>;
}

const UNAUTHENTICATED = { 'grpc-status': '16', 'grpc-message': 'Request unauthorized.' };

/** Stands before the plain server at `address`. */
export async function startSecureTemporal(
  address: string,
  { ca, server: own }: Certificates,
  apiKey: string,
): Promise<SecureTemporal> {
  const [key, cert, authority] = await Promise.all([own.key, own.cert, ca].map((file) => readFile(file)));
  const server = createSecureServer({
    key,
    cert,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const inner = connect(`http://${address}`);
  let isRevoked = false;
  const secure: SecureTemporal = {
    ...{ address: '', refused: 0, calls: [] },
    revoke(nowRevoked) {
      isRevoked = nowRevoked;
      if (isRevoked) for (const session of sessions) session.destroy();
    },
    async close() {
      for (const session of sessions) session.destroy();
      inner.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    if (isRevoked || headers.authorization !== `Bearer ${apiKey}`) {
      secure.refused += 1;
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', ...UNAUTHENTICATED },
        { endStream: true },
      );
      return;
    }
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    secure.calls.push({ method, namespace: headers['temporal-namespace']?.toString() });
    passOn(inner, stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  secure.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return secure;
}

function passOn(inner: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const {
    ':path': path,
    ':method': method,
    ':authority': _authority,
    authorization: _key,
    ...rest
  } = headers;
  const call = inner.request({ ':path': path, ':method': method, ...rest });
  let trailers: IncomingHttpHeaders = {};
  call.on('trailers', (given) => (trailers = given));
  call.on('response', (given, flags) => {
    const isOver = (flags & 1) === 1;
    stream.respond(given, isOver ? { endStream: true } : { waitForTrailers: true });
    if (!isOver) pipeline(call, stream, () => undefined);
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('close', () => call.close());
  stream.on('error', () => undefined);
  call.on('error', () => stream.destroy());
  pipeline(stream, call, () => undefined);
}
