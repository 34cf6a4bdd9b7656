import { searchAttributeTypes } from '../../protocol/search-attributes.ts';

/**
 * The dev server waits 1/20 s at every hop, because each pass over the transfer queue is rate-limited, and
 * splits each task queue into partitions that a single machine does not need. With these values a turn is five
 * times faster (measured 93 → 19 ms). The last one: several readers of one session query it at once.
 */
const dynamicConfig = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.transferProcessorSchedulerWorkerCount=16',
  'system.enableActivityEagerExecution=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'history.MaxBufferedQueryCount=100',
];

export interface ServerFlags {
  host: string;
  port: number;
  uiPort: number;
  databaseFile: string;
  namespaces: readonly string[];
}

/** Arguments of the `temporal` command that start the embedded server. */
export function makeServerFlags({ host, port, uiPort, databaseFile, namespaces }: ServerFlags): string[] {
  const repeat = (flag: string, values: readonly string[]): string[] =>
    values.flatMap((value) => [flag, value]);
  return [
    ...['server', 'start-dev', '--log-level', 'warn', '--ui-disable-news-fetch'],
    ...['--ip', host, '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', databaseFile],
    ...repeat('--sqlite-pragma', ['journal_mode=WAL', 'synchronous=NORMAL']),
    ...repeat('--namespace', namespaces),
    ...repeat(
      '--search-attribute',
      Object.entries(searchAttributeTypes).map(([name, type]) => `${name}=${type}`),
    ),
    ...repeat('--dynamic-config-value', dynamicConfig),
  ];
}
