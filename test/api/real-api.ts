/** The API on the run's Temporal server, with workers, a real store and a scripted model. */
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { connectGateway } from '../../api/gateway/connection.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import { createSessionGateway } from '../../api/gateway/session-gateway.ts';
import type { Provider } from '../../activities/model/provider.ts';
import type { Bus } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import type { TemporalConnectionOptions } from '../../config/temporal-settings.ts';
import { eventSchema } from '../../protocol/schemas/event.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';
import { sessionSchema } from '../../protocol/schemas/resources.ts';
import { openStore } from '../../storage/store.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import type { WorkerDependencies } from '../../workers/start-workers.ts';
import type { Script, ScriptedModel } from '../support/scripted-model.ts';
import { createFunctionAccess } from '../support/function-access.ts';
import { createScriptedModels } from '../support/scripted-models.ts';
import { connectToTestServer, readWorkflowBundle } from '../support/temporal.ts';
import type { TestServer } from '../support/temporal.ts';
import { startApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

export interface RealApi extends TestApi<Gateway> {
  server: TestServer;
  /** Of the session that was opened last. */
  model: ScriptedModel;
  /** Opens a session whose agents say what the scripts tell; gives its path. */
  open(scripts: Record<string, Script>, body?: object | MakeBody, limits?: object): Promise<string>;
  /** Every event so far, read in pages. */
  readEvents(session: string): Promise<EventResource[]>;
  stopWorkers(): Promise<void>;
  /** Others, after they were stopped. */
  startWorkers(): Promise<void>;
}

/** For a team of its own: what each agent's model is called. */
type MakeBody = (nameFor: (agent: string) => string) => object;

const createTeam = (nameFor: (agent: string) => string) => ({
  agents: {
    root: {
      model: `openai/${nameFor('root')}`,
      description: 'answers',
      instruction: 'Answer.',
      sub_agents: ['researcher'],
      toolsets: [{ type: 'background_agents' }],
    },
    researcher: {
      model: `openai/${nameFor('researcher')}`,
      description: 'looks things up',
      instruction: 'Look it up.',
      sub_agents: ['reader'],
      toolsets: [{ type: 'background_agents' }],
    },
    reader: { model: `openai/${nameFor('reader')}`, description: 'reads', instruction: 'Read.' },
  },
});

export interface RealApiOptions {
  rollover?: { turns: number; events: number };
  deadlines?: { commandMs: number; readMs: number };
  /** How the server is reached, where not plainly. */
  place?: TemporalConnectionOptions;
  bus?: Bus;
  /** Instead of the scripted models. */
  provider?: Provider;
  observer?: NonNullable<WorkerDependencies['observer']>;
}

export async function startRealApi(options: RealApiOptions = {}): Promise<RealApi> {
  const { rollover, deadlines, place, observer } = options;
  const server = await connectToTestServer();
  const { address = server.address, tls, apiKey, metadata } = place ?? {};
  const connection = await connectGateway({ address, tls, apiKey, metadata });
  const workerConnection = await NativeConnection.connect({ address, tls, apiKey, metadata });
  const client = new Client({ connection, namespace: server.namespace });
  const store = await openStore({ dataFolder: null });
  const bus = options.bus ?? new MemoryBus((error) => console.error(error));
  const models = createScriptedModels();
  const { namespace, taskQueue: mainQueue } = server;
  const workerOptions = {
    connection: workerConnection,
    client,
    namespace,
    workflowBundle: await readWorkflowBundle(),
    store,
    bus,
    functions: createFunctionAccess(),
    provider: options.provider ?? models.provider,
    ...(observer === undefined ? {} : { observer }),
    mainQueue,
  };
  let workers = await startWorkers(workerOptions);
  const temporalUi = 'http://127.0.0.1:8233';
  const gateway = createSessionGateway({
    client,
    bus,
    temporalUi,
    mainQueue,
    ...(deadlines === undefined ? {} : { deadlines }),
  });
  const api = await startApi({ gateway, store, bus, ...(rollover === undefined ? {} : { rollover }) });
  const real: RealApi = {
    ...api,
    server,
    model: models.add({}),
    async open(scripts, body = {}, limits = {}) {
      const model = models.add(scripts);
      real.model = model;
      const own = typeof body === 'function' ? body(model.nameFor) : body;
      return openSession(api, { team: { ...createTeam(model.nameFor), limits }, ...own });
    },
    readEvents: (session) => readEvents(api, session),
    stopWorkers: () => workers.stop(),
    async startWorkers() {
      workers = await startWorkers(workerOptions);
    },
    async close() {
      await workers.stop();
      await api.close();
      await connection.close();
      await workerConnection.close();
      await server.close();
    },
  };
  return real;
}

async function openSession(api: TestApi<Gateway>, body: object): Promise<string> {
  const reply = await api.send('POST', '/v1/sessions', body);
  if (reply.status !== 201) throw new Error(reply.text);
  return `/v1/sessions/${sessionSchema.parse(reply.body).id}`;
}

async function readEvents(api: TestApi<Gateway>, session: string): Promise<EventResource[]> {
  const all: EventResource[] = [];
  let cursor: string | null = '1';
  while (cursor !== null) {
    const path = `${session}/events?limit=5&cursor=${cursor}`;
    const { body } = await api.send('GET', path, undefined, { accept: 'application/json' });
    all.push(...eventSchema.array().parse(body.data));
    cursor = body.nextCursor as string | null;
  }
  return all;
}

export const textOf = (message: { content: { type: string; text?: string }[] }): string =>
  message.content.map((part) => part.text).join('');
