import { Runtime } from '@temporalio/worker';
import type { LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

type Metadata = Record<string, unknown>;

/** The SDK tells of inputs and results too, and those are content. */
const TOLD = [
  'sdkComponent',
  'taskQueue',
  'workflowId',
  'runId',
  'attempt',
  'activityType',
  'workflowType',
  'state',
];

/**
 * Temporal's runtime of this process, with what it says in our log. Once in a process, before anything else of it.
 * Of its native part's warnings one is told: what it says at a shutdown looks like trouble.
 */
export function installTemporalRuntime(logger: Logger): void {
  const log = (level: LogLevel, message: string, metadata: Metadata = {}): void => {
    const line = toLogLine(level, message, metadata);
    if (line !== null) logger[line.level](line.fields, `Temporal: ${line.words}`);
  };
  Runtime.install({
    logger: {
      log,
      // Traces hold whole tasks of workflows and activities.
      trace: () => undefined,
      debug: (message, metadata) => log('DEBUG', message, metadata),
      info: (message, metadata) => log('INFO', message, metadata),
      warn: (message, metadata) => log('WARN', message, metadata),
      error: (message, metadata) => log('ERROR', message, metadata),
    },
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR,temporalio_sdk_core=WARN', forward: {} } },
  });
}

/** A workflow that cannot go on, because it cannot be replayed or its code threw: nobody else tells of it. */
const STUCK = 'Failing workflow task';

interface LogLine {
  level: 'debug' | 'warn' | 'error';
  fields: Metadata;
  words: string;
}

/** Null where nothing is said. */
export function toLogLine(level: LogLevel, message: string, metadata: Metadata): LogLine | null {
  const [words = ''] = message.split(':');
  if (level === 'WARN' && metadata['sdkComponent'] === 'core' && words !== STUCK) return null;
  return { level: chooseLevel(level, words), fields: chooseFields(metadata), words };
}

/** How an activity ended is told by ourselves, with what matters of it. */
function chooseLevel(level: LogLevel, words: string): 'debug' | 'warn' | 'error' {
  if (words.startsWith('Activity ')) return 'debug';
  if (level === 'ERROR') return 'error';
  return level === 'WARN' ? 'warn' : 'debug';
}

function chooseFields(metadata: Metadata): Metadata {
  const told = TOLD.flatMap((name) => (name in metadata ? [[name, metadata[name]] as const] : []));
  return { ...Object.fromEntries(told), ...('error' in metadata ? { err: metadata['error'] } : {}) };
}
