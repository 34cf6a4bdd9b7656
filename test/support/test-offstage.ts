/** The engine on the run's Temporal server: workers, an in-memory store and bus, and a scripted model. */
import { createHash, randomUUID } from 'node:crypto';
import { toControlTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { toRoster } from '../../core/roster.ts';
import type { ConversationEvent, Delivery } from '../../protocol/events.ts';
import { makeMessageId, makeSessionId, toUpdateId, toWorkflowId } from '../../protocol/ids.ts';
import { QUERIES, UPDATES } from '../../protocol/session-messages.ts';
import type {
  Accepted,
  Acknowledgement,
  ConversationRead,
  SendMessage,
  SessionInput,
  UpdateArguments,
  UpdateResults,
} from '../../protocol/session-messages.ts';
import type { Team } from '../../protocol/team.ts';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import { replayHistories } from './replay.ts';
import type { Script, ScriptedModel } from './scripted-model.ts';
import { scriptModel } from './scripted-model.ts';
import { connectToTestServer, readWorkflowBundle } from './temporal.ts';
import type { TestServer } from './temporal.ts';
import { waitFor } from './wait-for.ts';

export interface TestOffstage {
  server: TestServer;
  store: Store;
  bus: Bus;
  /** Opens a session whose agents say what the scripts tell. */
  open(team: Team, scripts: Record<string, Script>, input?: Partial<SessionInput>): Promise<TestSession>;
  /** Stops the workers and replays every history that was made. */
  close(): Promise<void>;
}

export interface TestSession {
  id: string;
  workflowId: string;
  model: ScriptedModel;
  say(text: string, delivery?: Delivery, id?: string): Promise<Acknowledgement>;
  update<Name extends keyof UpdateArguments>(
    name: Name,
    argument: UpdateArguments[Name],
  ): Promise<UpdateResults[Name]>;
  /** Every event from the first on, wherever it is by now. */
  events(): Promise<ConversationEvent[]>;
  read(): Promise<ConversationRead>;
  /** Waits until so many turns have ended and nothing runs. */
  untilIdle(turns: number): Promise<ConversationRead>;
  /** What was said: `role: text` by rows, as the store and the workflow have it. */
  transcript(): Promise<string[]>;
  interruptByBus(turn: number): void;
}

export async function startTestOffstage(): Promise<TestOffstage> {
  const server = await connectToTestServer();
  const workflowBundle = await readWorkflowBundle();
  const store = await openStore({ dataFolder: null });
  const bus = new MemoryBus((error) => console.error(error));
  const sessions: TestSession[] = [];
  const models = new Map<string, ScriptedModel>();
  const workers = await startWorkers({
    connection: server.workerConnection,
    client: server.client,
    namespace: server.namespace,
    workflowBundle,
    store,
    bus,
    // Sessions share the workers: the model's name says whose script is meant.
    provider: {
      call: (call) => {
        const [script = '', agent = ''] = call.model.model.split(':');
        const model = models.get(script);
        if (model === undefined) throw new Error(`no script for ${call.model.model}`);
        return model.provider.call({ ...call, model: { ...call.model, model: agent } });
      },
    },
    mainQueue: server.taskQueue,
  });

  async function open(
    team: Team,
    scripts: Record<string, Script>,
    input: Partial<SessionInput> = {},
  ): Promise<TestSession> {
    const id = makeSessionId(Date.now(), randomUUID());
    const script = String(models.size + 1);
    const own = forSession(team, id, script);
    const model = scriptModel(scripts);
    models.set(script, model);
    await store.teams.put('default', own);
    await store.sessions.create(toSessionRow(own, id));
    const workflowId = toWorkflowId({ workspace: 'default', session: id, task: null });
    await server.client.workflow.start('session', {
      workflowId,
      taskQueue: server.taskQueue,
      args: [
        {
          workspace: 'default',
          session: id,
          roster: toRoster(own),
          agent: own.entry,
          user: null,
          title: null,
          demo: false,
          rollover: { turns: 64, events: 1000 },
          ...input,
        } satisfies SessionInput,
      ],
    });
    const session = toTestSession({ server, store, bus }, id, workflowId, model);
    sessions.push(session);
    return session;
  }

  return {
    server,
    store,
    bus,
    open,
    async close() {
      await workers.stop();
      await replayAll(server, sessions, workflowBundle);
      for (const { model } of sessions) model.assertUsed();
      await store.close();
      await server.close();
    },
  };
}

/** A replay pokes nobody. */
const NO_SINKS = { offstage: { poke: { fn: () => undefined, callDuringReplay: false } } };

function toSessionRow(team: Team, id: string): Parameters<Store['sessions']['create']>[0] {
  return {
    workspace: 'default',
    id,
    team: { name: team.name, version: team.version },
    agent: team.entry,
    user: null,
    userId: null,
    title: null,
    variables: {},
    metadata: {},
    demo: false,
    createdAt: Date.now(),
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Names are as long as they are in earnest: tests count what is in history. */
function forSession(team: Team, session: string, script: string): Team {
  const models = Object.entries(team.models).map(([name, model]) => [
    name,
    { ...model, model: `${script}:${name}` },
  ]);
  return {
    ...team,
    version: shortHash(`${team.version} ${session}`),
    models: Object.fromEntries(models) as Team['models'],
  };
}

async function replayAll(
  server: TestServer,
  sessions: TestSession[],
  bundle: { code: string },
): Promise<void> {
  for (const { workflowId } of sessions) {
    const ids = [workflowId];
    const query = `WorkflowId STARTS_WITH "${workflowId}/task/"`;
    for await (const { workflowId: task } of server.client.workflow.list({ query })) ids.push(task);
    await replayHistories(server.client, [...new Set(ids)], bundle, { sinks: NO_SINKS });
  }
}

function toTestSession(
  { server, store, bus }: Pick<TestOffstage, 'server' | 'store' | 'bus'>,
  id: string,
  workflowId: string,
  model: ScriptedModel,
): TestSession {
  const conversation = { workspace: 'default', session: id, task: null };
  const handle = server.client.workflow.getHandle(workflowId);
  const read = (from: number) => handle.query<ConversationRead, [number]>(QUERIES.read, from);

  const session: TestSession = {
    id,
    workflowId,
    model,
    update: (name, argument) => handle.executeUpdate(UPDATES[name], { args: [argument] }),
    async say(text, delivery = 'next_step', messageId = makeMessageId(Date.now(), randomUUID())) {
      const hash = shortHash(`${delivery} ${text}`);
      const plain: SendMessage = { id: messageId, hash, content: [{ type: 'text', text }] };
      const message = delivery === 'next_step' ? plain : { ...plain, delivery };
      const updateId = toUpdateId(message);
      const options = { args: [message] as [SendMessage], updateId };
      const accepted = await handle.executeUpdate<Accepted, [SendMessage]>(UPDATES.sendMessage, options);
      return { message: messageId, ...accepted };
    },
    async events() {
      const stored = await store.events.read(conversation, 1, 100_000);
      const live = await read(1);
      return [...stored, ...live.events.filter(({ offset }) => offset > (stored.at(-1)?.offset ?? 0))];
    },
    read: () => read(1),
    async untilIdle(turns) {
      await waitFor(async () => {
        const { view } = await read(1);
        return view.turn >= turns && view.status === 'idle';
      });
      return read(1);
    },
    async transcript() {
      const rows = await store.transcript.read(conversation);
      const { unstored } = await read(1);
      return [
        ...rows.map(
          ({ role, content }) =>
            `${role}: ${content.map((part) => ('text' in part ? part.text : '')).join('')}`,
        ),
        ...unstored.map((row) => `(${row.kind})`),
      ];
    },
    interruptByBus: (turn) => bus.publish(toControlTopic(conversation), { type: 'abort', turn }),
  };
  return session;
}
