/**
 * A session whose workflow was ended from outside is closed by whoever looks at it. Where nobody does, this looks: what
 * runs after a session does not wait for a reader. Several processes may do it at once.
 */
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from './event-source.ts';
import { isOutage } from './is-outage.ts';

const EVERY_MS = 20_000;
/** How far back the first look goes: no API may have run for a while. */
const FIRST_LOOK_MS = 7 * 24 * 60 * 60_000;
/** The server's index is that late at most. */
const LATENESS_MS = 60_000;

interface Needs extends Pick<ApiDependencies, 'gateway' | 'clock' | 'logger'> {
  source: EventSource;
  shutDown: AbortSignal;
}

export function closeForgottenSessions(
  { gateway, source, clock, logger, shutDown }: Needs,
  everyMs = EVERY_MS,
): void {
  let since = clock() - FIRST_LOOK_MS;
  let timer: NodeJS.Timeout | undefined;
  async function look(): Promise<void> {
    const now = clock();
    const ended = await gateway.listForcedEnds(since);
    for (const id of ended) {
      if (!shutDown.aborted && !(await source.isOver(id))) await source.findHead(id);
    }
    since = now - LATENESS_MS;
  }
  function warn(error: unknown): void {
    if (!isOutage(error))
      logger.warn({ err: error }, 'sessions that were ended from outside are not closed yet');
  }
  function lookLater(): void {
    const lookOnce = (): void => void look().catch(warn).finally(lookLater);
    if (!shutDown.aborted) timer = setTimeout(lookOnce, everyMs).unref();
  }
  shutDown.addEventListener('abort', () => clearTimeout(timer));
  lookLater();
}
