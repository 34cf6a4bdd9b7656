/**
 * A session whose workflow was ended from outside (terminated by hand, say) cannot close itself. Who first finds it so
 * does what it would have done: keeps what only the workflow had, ends its tasks, starts what runs after it, and says
 * that it is over.
 */
import { toRoster } from '../../core/roster.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { DEFAULT_ROLLOVER, isTerminal } from '../../protocol/task.ts';
import type { Store } from '../../storage/store.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { endOrphan } from './end-orphan.ts';

const REASON = 'its workflow was ended from outside';

/** Gives the feed's last offset. Repeating it changes nothing, at once too. Its status comes last, so that what did not succeed is tried again. */
export async function abortSession(
  store: Store,
  gateway: Gateway,
  id: ConversationId,
  at: number,
): Promise<number> {
  const { workspace, session } = id;
  const last = await store.events.lastOffset(id);
  const [latest] = await store.events.read(id, last, 1);
  let next = latest?.type === 'session.closed' ? last : last + 1;
  let read = await gateway.readEnded(id, next);
  if (read !== null) await store.transcript.append(id, read.unstored);
  for (let page = read; page !== null && page.events.length > 0;) {
    await store.events.append(id, page.events);
    next = (page.events.at(-1)?.offset ?? 0) + 1;
    read = page;
    page = next <= page.view.offset ? await gateway.readEnded(id, next) : null;
  }
  const closed: ConversationEvent = { offset: next, at, type: 'session.closed', reason: REASON };
  await store.events.append(id, [closed]);
  const tasks = await store.tasks.listBySession(workspace, session);
  const unfinished = tasks.filter(({ status }) => !isTerminal(status));
  await Promise.all(unfinished.map((task) => endOrphan(store, gateway, task, at)));
  await startPostSession(store, gateway, id);
  const finalView =
    read === null ? {} : { finalView: { ...read.view, status: 'closed', offset: next, closeReason: REASON } };
  await store.sessions.setStatus(workspace, session, { status: 'aborted', at, reason: REASON, ...finalView });
  return next;
}

/** What the team has after a session. */
async function startPostSession(store: Store, gateway: Gateway, id: ConversationId): Promise<void> {
  const { workspace, session } = id;
  const record = await store.sessions.get(workspace, session);
  const team = record === null ? null : await store.teams.get(workspace, record.team.version);
  if (record === null || team?.session === undefined) return;
  if (team.session.post.length === 0 && team.session.analysis === null) return;
  const { agent, userId: user } = record;
  const rollover = DEFAULT_ROLLOVER;
  await gateway.startPostSession({ workspace, session, roster: toRoster(team), agent, user, rollover });
}
