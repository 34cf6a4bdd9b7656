/** `offstage chat`: talk to a session, line by line, and see its background tasks come and go. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionResource } from '../protocol/schemas/resources.ts';
import { ApiError, createChatApi } from './chat-api.ts';
import type { ChatApi } from './chat-api.ts';
import { runChatCommand } from './chat-commands.ts';
import { followFeed } from './chat-feed.ts';
import { createChatScreen } from './chat-screen.ts';
import type { ChatScreen } from './chat-screen.ts';
import { loseStream } from './chat-stream.ts';
import { EMPTY_VIEW, showEvent } from './chat-view.ts';
import type { ChatView } from './chat-view.ts';

export interface ChatOptions {
  /** Of the API, such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** The access key; null: the API asks for none. */
  apiKey: string | null;
  /** The team of a new session; may be left out when only one is loaded. */
  team?: string;
  /** A session to go on with, instead of a new one. */
  session?: string;
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** Leaves the chat. */
  signal: AbortSignal;
  /** The first wait before the feed is taken up again. */
  retryMs?: number;
}

interface Chat {
  api: ChatApi;
  session: string;
  screen: ChatScreen;
  view: ChatView;
  /** The last event that was shown. */
  offset: number;
  signal: AbortSignal;
  leave(): void;
  /** Counts connections and losses: what was asked for under one of them is old under the next. */
  connection: number;
  isLost: boolean;
  /** The turn that a Ctrl-C was spent on: the next one leaves. */
  interruptedTurn: number | null;
}

/** Events of a session's past that are shown when it is taken up again. */
const SHOWN_PAST = 40;
const POLL_MS = 500;

/** The exit code: 1 when the session could not be opened or was lost for good. The session outlives the chat. */
export async function runChat(options: ChatOptions): Promise<0 | 1> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([options.signal, leaving.signal]);
  const api = createChatApi(options, signal);
  let screen: ChatScreen | null = null;
  try {
    const { id, team, agent, offset } = await openSession(api, options);
    screen = createChatScreen(options.input, options.output);
    const leave = (): void => leaving.abort();
    const state = { view: EMPTY_VIEW, offset: 0, connection: 0, isLost: false, interruptedTurn: null };
    const chat: Chat = { api, session: id, screen, signal, leave, ...state };
    say(chat, `Session ${id}: team ${team.name}, agent ${agent}. /help lists the commands.`);
    listen(chat);
    await follow(chat, options, options.session === undefined ? 1 : Math.max(1, offset - SHOWN_PAST + 1));
    if (!chat.view.isClosed && !signal.aborted) say(chat, '· the session is closed');
    else if (!chat.view.isClosed)
      say(chat, `The session goes on. To come back: offstage chat --session ${id}`);
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    if (!(error instanceof ApiError)) throw error;
    if (screen === null) options.output.write(`${error.message}\n`);
    else screen.show([{ kind: 'line', text: error.message }]);
    return 1;
  } finally {
    screen?.close();
  }
}

async function openSession(api: ChatApi, { session, team }: ChatOptions): Promise<SessionResource> {
  if (session !== undefined) return api.getSession(session);
  if (team !== undefined) return api.openSession(team);
  const teams = await api.listTeams();
  const [only] = teams;
  if (only !== undefined && teams.length === 1) return api.openSession(only);
  const known = teams.length === 0 ? 'none is loaded' : `there are ${teams.join(', ')}`;
  throw new ApiError(null, `Name the team to talk to (${known}): offstage chat TEAM`);
}

function say(chat: Chat, text: string): void {
  if (text !== '') chat.screen.show([{ kind: 'line', text }]);
}

async function follow(chat: Chat, { baseUrl, apiKey, retryMs }: ChatOptions, from: number): Promise<void> {
  await followFeed({
    url: new URL(`/v1/sessions/${encodeURIComponent(chat.session)}/events`, baseUrl),
    apiKey,
    from,
    signal: chat.signal,
    ...(retryMs !== undefined && { retryMs }),
    onConnected: () => {
      if (chat.isLost) say(chat, '· connected again');
      chat.isLost = false;
      void catchUp(chat);
    },
    onLost: () => {
      if (!chat.isLost) say(chat, '· the connection is lost; trying again…');
      chat.isLost = true;
      chat.connection += 1;
      chat.view = { ...chat.view, stream: loseStream(chat.view.stream) };
    },
    onEvent: (event) => {
      const [view, output] = showEvent(chat.view, event);
      chat.view = view;
      if ('offset' in event) chat.offset = event.offset;
      chat.screen.show(output);
      if (view.isClosed) chat.leave();
    },
  });
}

/** Steps after the offset that the session has now are streamed from their first word on: the feed is open. */
async function catchUp(chat: Chat): Promise<void> {
  const connection = (chat.connection += 1);
  // Without an answer nothing is streamed until the next connection: every message is shown when it is whole.
  const session = await chat.api.getSession(chat.session).catch(() => null);
  if (session === null || chat.connection !== connection) return;
  const { view } = chat;
  const tasks = session.tasks.map(({ id, agent, title, endedAt }) => [
    id,
    view.tasks[id] ?? { agent, title, progress: '', isEnded: endedAt !== null },
  ]);
  const stream = { ...view.stream, completeFrom: session.offset };
  chat.view = { ...view, stream, tasks: { ...Object.fromEntries(tasks), ...view.tasks } };
}

/** Lines are taken in the order in which they came, each when the one before it has been answered. */
function listen(chat: Chat): void {
  const { screen } = chat;
  let before: Promise<void> = Promise.resolve();
  screen.onLine((typed) => {
    const line = typed.trim();
    if (line === '') return;
    if (screen.isTerminal && line === '/quit') return chat.leave();
    const taken = before.then(() => takeLine(chat, line));
    // The receipt of a stop may take seconds: a person goes on talking meanwhile.
    if (!screen.isTerminal || !line.startsWith('/stop')) before = taken;
  });
  screen.onInterrupt(() => void interruptOrLeave(chat));
  screen.onEnd(() => (screen.isTerminal ? chat.leave() : void before.then(() => leaveWhenDone(chat))));
}

async function takeLine(chat: Chat, line: string): Promise<void> {
  const { api, session, leave, signal } = chat;
  if (signal.aborted) return;
  await attempt(chat, async () => {
    if (line.startsWith('/')) return say(chat, await runChatCommand(line, { api, session, leave }));
    chat.view = { ...chat.view, sent: [...chat.view.sent, line] };
    try {
      await api.sendMessage(session, line, randomUUID());
    } catch (error) {
      chat.view = { ...chat.view, sent: chat.view.sent.filter((text) => text !== line) };
      throw error;
    }
  });
}

async function interruptOrLeave(chat: Chat): Promise<void> {
  const { turn } = chat.view;
  if (turn === null || chat.interruptedTurn === turn) return chat.leave();
  chat.interruptedTurn = turn;
  say(chat, '· interrupting; Ctrl-C again leaves');
  await attempt(chat, () => chat.api.interrupt(chat.session));
}

/** Says what the API refuses; the chat goes on. */
async function attempt(chat: Chat, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (chat.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    say(chat, error.message);
  }
}

/** A pipe has ended: leave when everything that it asked for has been told, the ends of tasks too. */
async function leaveWhenDone(chat: Chat): Promise<void> {
  while (!chat.signal.aborted) {
    const session = await chat.api.getSession(chat.session).catch(() => null);
    if (session !== null && chat.view.sent.length === 0 && isDone(session, chat.offset)) return chat.leave();
    await sleep(POLL_MS, undefined, { signal: chat.signal }).catch(() => undefined);
  }
}

function isDone(session: SessionResource, shown: number): boolean {
  const isTold = session.tasks.every((task) =>
    // What waits for a person waits for somebody who comes later.
    task.endedAt === null
      ? task.waitingFor !== null || task.status === 'paused'
      : task.notice.state !== 'pending',
  );
  return session.status !== 'busy' && isTold && session.offset <= shown;
}
