/** The engine on the run's Temporal server: workers, an in-memory store and bus, and a scripted model. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Bus } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { toRoster } from '../../core/roster.ts';
import { makeSessionId, toWorkflowId } from '../../protocol/ids.ts';
import type { SessionInput } from '../../protocol/session-messages.ts';
import type { Team } from '../../protocol/team.ts';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import { keepHistories } from '../replay/keep-histories.ts';
import { createFunctionAccess } from './function-access.ts';
import { fetchRuns, replayRuns } from './replay.ts';
import type { Script } from './scripted-model.ts';
import { createScriptedModels } from './scripted-models.ts';
import { connectToTestServer, readWorkflowBundle } from './temporal.ts';
import type { TestServer } from './temporal.ts';
import { shortHash, toTestSession } from './test-session.ts';
import type { TestSession } from './test-session.ts';

export interface TestOffstage {
  server: TestServer;
  store: Store;
  bus: Bus;
  /** Opens a session whose agents say what the scripts tell. */
  open(team: Team, scripts: Record<string, Script>, input?: Partial<SessionInput>): Promise<TestSession>;
  /** The workers end, as at a deploy, and others take their place. `meanwhile`: while there are none. */
  restartWorkers(meanwhile?: () => Promise<void>): Promise<void>;
  /** Stops the workers and replays every history that was made. */
  close(): Promise<void>;
}

/** `databaseUrl`: a PostgreSQL server as its store. */
export async function startTestOffstage(databaseUrl: string | null = null): Promise<TestOffstage> {
  const server = await connectToTestServer();
  const workflowBundle = await readWorkflowBundle();
  const store = await openStore({ dataFolder: null, databaseUrl });
  const bus = new MemoryBus((error) => console.error(error));
  const models = createScriptedModels();
  const sessions: { name: string; session: TestSession }[] = [];
  const options = {
    connection: server.workerConnection,
    client: server.client,
    namespace: server.namespace,
    workflowBundle,
    store,
    bus,
    provider: models.provider,
    functions: createFunctionAccess(),
    mainQueue: server.taskQueue,
  };
  let workers = await startWorkers(options);
  return {
    server,
    store,
    bus,
    async open(team, scripts, input = {}) {
      const id = makeSessionId(Date.now(), randomUUID());
      const model = models.add(scripts);
      const own = forSession(team, id, model.nameFor);
      await store.teams.put('default', own);
      await store.sessions.create(toSessionRow(own, id));
      const workflowId = await startSession(server, own, id, input);
      const session = toTestSession({ client: server.client, store, bus }, id, workflowId, model);
      sessions.push({ name: expect.getState().currentTestName ?? '', session });
      return session;
    },
    async restartWorkers(meanwhile = () => Promise.resolve()) {
      await workers.stop();
      await meanwhile();
      workers = await startWorkers(options);
    },
    async close() {
      await workers.stop();
      for (const { name, session } of sessions) {
        const runs = await fetchRuns(server.client, session.workflowId);
        await replayRuns(workflowBundle, runs);
        await keepHistories(name, runs);
        session.model.assertUsed();
      }
      await store.close();
      await server.close();
    },
  };
}

/** Gives the workflow's id. */
async function startSession(
  { client, taskQueue }: TestServer,
  team: Team,
  id: string,
  more: Partial<SessionInput>,
): Promise<string> {
  const input: SessionInput = {
    workspace: 'default',
    session: id,
    roster: toRoster(team),
    agent: team.entry,
    user: null,
    title: null,
    demo: false,
    rollover: { turns: 64, events: 1000 },
    ...more,
  };
  const workflowId = toWorkflowId({ workspace: 'default', session: id, task: null });
  await client.workflow.start('session', { workflowId, taskQueue, args: [input] });
  return workflowId;
}

function toSessionRow(team: Team, id: string): Parameters<Store['sessions']['create']>[0] {
  return {
    workspace: 'default',
    id,
    principal: 'development',
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

/** Names are as long as they are in earnest: tests count what is in history. */
function forSession(team: Team, session: string, nameFor: (agent: string) => string): Team {
  const models = Object.entries(team.models).map(([name, model]) => [
    name,
    { ...model, model: nameFor(name) },
  ]);
  return {
    ...team,
    version: shortHash(`${team.version} ${session}`).repeat(2),
    models: Object.fromEntries(models) as Team['models'],
  };
}
