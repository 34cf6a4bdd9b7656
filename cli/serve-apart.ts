/** `offstage api` and `offstage worker`: one part of Offstage, beside others that share its servers. */
import type { Settings } from '../config/settings.ts';
import { toQueues } from '../workers/start-workers.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { describeProviders } from './model-access.ts';
import { runApi, runWorker } from './run-apart.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { findWhatIsMissing } from './what-is-missing.ts';

type Print = (line: string) => void;

/** The exit code. */
export async function serveApiApart(settings: Settings, print: Print): Promise<0 | 1> {
  if (!isComplete(settings, print)) return 1;
  return runUntilSignal(settings, print, {
    name: 'The API',
    run: runApi,
    tell: ({ apiUrl }) => {
      print('The API is running.');
      print(`  API       ${apiUrl}`);
      print(`  Temporal  ${describeTemporal(settings)}`);
      print('Ctrl-C ends it.');
    },
    failed: () => new Promise<never>(() => undefined),
    farewell: 'Ended. Streams were told to come back.',
  });
}

/** The exit code. */
export async function serveWorkerApart(
  settings: Settings,
  queues: QueueChoice,
  print: Print,
): Promise<0 | 1> {
  if (!isComplete(settings, print)) return 1;
  if (settings.webhookSecret === null) print(OWN_SECRET);
  return runUntilSignal(settings, print, {
    name: 'The worker',
    run: (surroundings) => runWorker(surroundings, queues),
    tell: ({ metricsUrl }) => {
      print('The worker is running.');
      print(`  Queues    ${toQueues(queues).join(', ')}`);
      print(`  Temporal  ${describeTemporal(settings)}`);
      print(`  Models    ${describeProviders(settings)}`);
      if (metricsUrl !== null) print(`  Metrics   ${metricsUrl}/metrics`);
      print('Ctrl-C ends it.');
    },
    failed: ({ failed }) => failed,
    farewell: 'Ended. What was under way goes on in another worker.',
  });
}

const OWN_SECRET =
  'Warning: OFFSTAGE_WEBHOOK_SECRET is not set, so this worker signs its requests to functions with a secret of its own, ' +
  'kept in its data folder. Give all workers the same one. Example: echo "whsec_$(openssl rand -base64 32)"';

function isComplete(settings: Settings, print: Print): boolean {
  const { problems, warnings } = findWhatIsMissing(settings);
  for (const problem of problems) print(problem);
  if (problems.length > 0) {
    print('For everything in one process, with nothing else to install: offstage start');
    return false;
  }
  for (const warning of warnings) print(`Warning: ${warning}`);
  return true;
}

const describeTemporal = ({ temporal }: Settings): string =>
  `${temporal.address} (namespace ${temporal.namespace})`;
