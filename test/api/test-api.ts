/** The API on a real store and real HTTP, with conversations that are played. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createApi } from '../../api/server.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import type { KeyRing } from '../../config/keys/key-ring.ts';
import { compileTeam } from '../../config/teams/compile-team.ts';
import { openTeamFolder } from '../../config/teams/team-folder.ts';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import type { Bus } from '../../bus/bus.ts';
import { FakeGateway } from './fake-gateway.ts';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into it freely
  body: any;
  text: string;
}

export interface TestApi<G extends Gateway> {
  url: string;
  port: number;
  gateway: G;
  store: Store;
  bus: Bus;
  /** `body`: an object is sent as JSON, text and bytes as they are. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  close(): Promise<void>;
  /** The API alone ends; the store stays open. */
  shutDown(): Promise<void>;
}

const TEAM = `
agents:
  root:
    model: openai/gpt-4o
    description: answers
    instruction: Answer.
    sub_agents: [researcher]
    toolsets: [{type: background_agents}]
  researcher:
    model: openai/gpt-4o
    description: looks things up
    instruction: Look it up.
    budget: { tokens: 1000 }
limits:
  budget: { tokens: 1000 }
`;

const surroundings = { isSet: () => true };

export async function startFakeApi(
  databaseUrl: string | null = null,
  keys: KeyRing | null = null,
): Promise<TestApi<FakeGateway>> {
  const store = await openStore({ dataFolder: null, databaseUrl });
  return startApi({ gateway: new FakeGateway(), store, bus: new MemoryBus(() => undefined), keys });
}

export async function startApi<G extends Gateway>(parts: {
  gateway: G;
  store: Store;
  bus: Bus;
  rollover?: { turns: number; events: number };
  keys?: KeyRing | null;
}): Promise<TestApi<G>> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-api-'));
  await writeFile(join(folder, 'assistant.yaml'), TEAM);
  await writeFile(join(folder, 'broken.yaml'), 'agents:\n  root:\n    modell: x\n');
  const api = createApi({
    keys: null,
    ...parts,
    teams: openTeamFolder({ folder, ...surroundings }),
    compileTeam: ({ workspace: _workspace, ...source }) => compileTeam({ ...source, ...surroundings }),
    settings: { demo: false, rollover: parts.rollover ?? { turns: 64, events: 1000 } },
    clock: Date.now,
    newId: randomUUID,
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
  });
  const { url, port } = await api.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...parts,
    url,
    port,
    send: (method, path, body, headers = {}) => send(port, { method, path, body, headers }),
    shutDown: () => api.close(),
    async close() {
      await api.close();
      await parts.store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Not fetch: it would not let a test choose Host and Origin. */
function send(
  port: number,
  {
    method,
    path,
    body,
    headers,
  }: { method: string; path: string; body: unknown; headers: Record<string, string> },
): Promise<Reply> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const data = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
  const type = data === undefined || isRaw ? {} : { 'content-type': 'application/json' };
  const length = data === undefined ? {} : { 'content-length': String(Buffer.byteLength(data)) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers: { ...type, ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          const parsed: unknown = isJson ? JSON.parse(text) : text;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed, text });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(data);
  });
}
