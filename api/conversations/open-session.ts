import { makeTitle } from '../../core/make-title.ts';
import { toRoster } from '../../core/roster.ts';
import { textOf } from '../../core/task-text.ts';
import { makeMessageId, makeSessionId } from '../../protocol/ids.ts';
import type { OpenSessionBody } from '../../protocol/schemas/requests.ts';
import type { SendMessage, SessionInput } from '../../protocol/session-messages.ts';
import { chooseAgent, chooseTeam } from './choose-team.ts';
import { findSession } from './find-conversation.ts';
import type { FoundSession } from './find-conversation.ts';
import { hashBody } from '../http/idempotency.ts';
import type { RequestIds } from '../http/idempotency.ts';
import { findFileIds, toContent } from './message-content.ts';
import type { Principal } from '../principal.ts';
import type { Services } from '../services.ts';

/** The row comes first: whoever is told of the session can read it. Repeating it changes nothing. */
export async function openSession(
  { store, gateway, teams, compileTeam, settings }: Services,
  principal: Principal,
  body: OpenSessionBody,
  ids: RequestIds,
): Promise<FoundSession> {
  const { workspace } = principal;
  const team = chooseTeam({ teams, compileTeam }, workspace, body);
  const agent = chooseAgent(team, body.agent);
  const session = makeSessionId(ids.at, ids.uuid);
  const message = await toFirstMessage(store, principal, body, ids);
  const title = titleOf(message);
  const user = body.user ?? null;
  const userId = typeof user === 'object' && user !== null ? user.id : user;
  await store.teams.put(workspace, team);
  await store.sessions.create({
    workspace,
    id: session,
    principal: principal.name,
    team: { name: team.name, version: team.version },
    agent,
    user,
    userId,
    title,
    variables: body.variables ?? {},
    metadata: body.metadata ?? {},
    demo: settings.demo,
    createdAt: ids.at,
  });
  await store.files.assign(workspace, session, findFileIds(message?.content ?? []));
  const input: SessionInput = {
    workspace,
    session,
    roster: toRoster(team),
    agent,
    user: userId,
    title,
    demo: settings.demo,
    rollover: settings.rollover,
    ...(message === null ? {} : { message }),
  };
  await gateway.startSession(input);
  // With a message a turn begins at once, and what works on it tells the store.
  // Hooks before it tell when they are done.
  const isOpening = (team.session?.pre.length ?? 0) > 0;
  if (message === null && !isOpening)
    await store.sessions.setStatus(workspace, session, { status: 'idle', at: ids.at });
  return findSession(store, principal, session);
}

/** What a list and the Temporal Web UI show of it; null while nothing was said. */
function titleOf(message: SendMessage | null): string | null {
  const title = makeTitle(textOf(message?.content ?? []));
  return title === '' ? null : title;
}

async function toFirstMessage(
  store: Services['store'],
  principal: Principal,
  body: OpenSessionBody,
  ids: RequestIds,
): Promise<SendMessage | null> {
  if (body.message === undefined) return null;
  const message = typeof body.message === 'string' ? { text: body.message } : body.message;
  const content = await toContent(store, { principal, session: null }, message);
  const id = makeMessageId(ids.at, ids.uuid);
  return { id, hash: hashBody(body.message), content };
}
