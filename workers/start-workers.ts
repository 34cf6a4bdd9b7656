/** The processes' part that does the work: workers for the two task queues, with everything that they need. */
import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { InjectedSinks, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.ts';
import type { FunctionAccess } from '../activities/functions/function-access.ts';
import type { Provider } from '../activities/model/provider.ts';
import type { Bus } from '../bus/bus.ts';
import { toControlTopic } from '../bus/bus.ts';
import { MAIN_QUEUE, toBackgroundQueue } from '../protocol/ids.ts';
import type { Store } from '../storage/store.ts';
import type { OffstageSinks } from '../workflows/sinks.ts';
import { createReportToStarter } from './report-to-starter.ts';
import { createPoker } from './poke-readers.ts';
import { runWorker } from './run-worker.ts';
import { createTaskObserver } from './task-observer.ts';
import type { WorkObserver } from './work-observer.ts';

export const QUEUE_CHOICES = ['main', 'background', 'all'] as const;

/** Which work: of conversations, of background agents, or both. */
export type QueueChoice = (typeof QUEUE_CHOICES)[number];

export interface WorkerDependencies {
  connection: NativeConnection;
  client: Client;
  namespace: string;
  workflowBundle: { code: string };
  store: Store;
  bus: Bus;
  provider: Provider;
  functions: FunctionAccess;
  /** Hears what is done, for logs and metrics; nobody does where it is left out. */
  observer?: WorkObserver;
  /** `all` where nothing is said. */
  queues?: QueueChoice;
  /** Named otherwise by tests alone, so that several of them share one server. */
  mainQueue?: string;
}

export interface Workers {
  /** Resolves when all have stopped, rejects when one of them failed. */
  done: Promise<void>;
  /** What each of them is doing at the moment. */
  load(): WorkerLoad[];
  /** Hands over what is under way and waits for it. Rejects when that fails, not with what `done` has told before. */
  stop(): Promise<void>;
}

export interface WorkerLoad {
  queue: string;
  isRunning: boolean;
  activities: number;
  /** How many activities it runs at once, at most. */
  slots: number;
  /** Sessions and tasks that it has in memory. */
  workflows: number;
}

/** Model calls wait, they do not compute: the default of 100 would make a thousand of them stand in line. */
const CONCURRENT_ACTIVITIES = 1_000;
const CACHED_WORKFLOWS = 2_000;
const HEARTBEAT_THROTTLE = { main: '2s', background: '5s' } as const;

const NOBODY = {
  workStopped: () => undefined,
  activityEnded: () => undefined,
  modelCallEnded: () => undefined,
};

/** The names of the task queues. */
export function toQueues(choice: QueueChoice, mainQueue: string = MAIN_QUEUE): string[] {
  const queues = { main: mainQueue, background: toBackgroundQueue(mainQueue) };
  return choice === 'all' ? Object.values(queues) : [queues[choice]];
}

export async function startWorkers(dependencies: WorkerDependencies): Promise<Workers> {
  const mainQueue = dependencies.mainQueue ?? MAIN_QUEUE;
  const workers: Worker[] = [];
  for (const queue of toQueues(dependencies.queues ?? 'all', mainQueue)) {
    const heartbeatThrottle = HEARTBEAT_THROTTLE[queue === mainQueue ? 'main' : 'background'];
    workers.push(await Worker.create(toWorkerOptions(dependencies, queue, heartbeatThrottle)));
  }
  const runs = workers.map(runWorker);
  const done = Promise.all(runs).then(() => undefined);
  // Whoever awaits `done` hears of a failure; until then it must not end the process.
  let hasFailed = false;
  done.catch(() => (hasFailed = true));
  return {
    done,
    load: () => workers.map(readLoad),
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      const isTold = hasFailed;
      // Where one of them has failed the others hand over all the same.
      await Promise.allSettled(runs);
      if (!isTold) await done;
    },
  };
}

function readLoad(worker: Worker): WorkerLoad {
  const { numInFlightActivities, numCachedWorkflows } = worker.getStatus();
  return {
    queue: worker.options.taskQueue,
    isRunning: worker.getState() === 'RUNNING',
    activities: numInFlightActivities,
    slots: CONCURRENT_ACTIVITIES,
    workflows: numCachedWorkflows,
  };
}

function toWorkerOptions(
  { connection, client, namespace, workflowBundle, observer, ...dependencies }: WorkerDependencies,
  taskQueue: string,
  heartbeatThrottle: WorkerOptions['maxHeartbeatThrottleInterval'],
): WorkerOptions {
  const { store, bus, provider, functions } = dependencies;
  const pokeReaders = createPoker(bus);
  const sinks: InjectedSinks<OffstageSinks> = {
    offstage: {
      abort: {
        fn: (_info, conversation, turn) => bus.publish(toControlTopic(conversation), { type: 'abort', turn }),
        callDuringReplay: false,
      },
      poke: { fn: (_info, ...poke) => pokeReaders(...poke), callDuringReplay: false },
      reach: {
        fn: (
          _info: unknown,
          ...[conversation, milestone]: Parameters<OffstageSinks['offstage']['reach']>
        ) => {
          observer?.reached(conversation, milestone);
        },
        callDuringReplay: false,
      },
    },
  };
  return {
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    buildId: toBuildId(workflowBundle.code),
    sinks,
    activities: createActivities({
      ...{ store, bus, provider, functions, tasks: createTaskObserver(client) },
      reportToStarter: createReportToStarter(client),
      observer: observer ?? NOBODY,
    }),
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    maxConcurrentLocalActivityExecutions: CONCURRENT_ACTIVITIES,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    // Late heartbeats are late cancellations.
    ...(heartbeatThrottle === undefined ? {} : { maxHeartbeatThrottleInterval: heartbeatThrottle }),
    defaultHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '2s',
  };
}

/** Which workflow code ran. Each turn holds it five times in its history; the SDK's own takes 84 characters. */
function toBuildId(code: string): string {
  return createHash('sha256').update(code).digest('hex').slice(0, 8);
}
