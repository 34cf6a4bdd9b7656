/** The workflow of a conversation: it takes messages in, runs turns, looks after its tasks, and is closed. */
import { CancellationScope, condition, continueAsNew, upsertSearchAttributes } from '@temporalio/workflow';
import { acceptMessage, refuseMessage } from '../core/accept-message.ts';
import { readCarriedState } from '../core/carried-state.ts';
import { openConversation } from '../core/conversation-state.ts';
import type { ConversationState } from '../core/conversation-state.ts';
import { takeEndReason } from '../core/engine-tools/end-session.ts';
import { hasRunningFunctions } from '../core/finish-function.ts';
import { unkeptStatuses } from '../core/kept-status.ts';
import { nextNudge, nudge } from '../core/nudge.ts';
import { placeWaitingMessages } from '../core/place-inputs.ts';
import { toCarriedState } from '../core/rollover.ts';
import { mayBeKept, requestStop } from '../core/stop-task.ts';
import { tellMissing } from '../core/tell-missing.ts';
import { runTurn } from '../core/turn.ts';
import type { Usage } from '../protocol/content.ts';
import type { CloseRequest, SessionInput } from '../protocol/session-messages.ts';
import type { OnClose } from '../protocol/team.ts';
import { isTerminal } from '../protocol/task.ts';
import { closeByTime } from './close-by-time.ts';
import { createConversation, gatherCompletions } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { now } from './durable-clock.ts';
import {
  refuse,
  setCommandHandler,
  setReadHandler,
  setSignalHandlers,
  setUpdateHandler,
} from './handlers.ts';
import { runPreSession, startPostSession } from './hooks-of-session.ts';
import { keepFollowUps } from './keep-follow-ups.ts';
import { keepStatuses } from './keep-statuses.ts';
import { archiveConversation, isLongRun, isRolloverDue } from './roll-over.ts';
import { setTaskHandlers, taskSignals } from './task-handlers.ts';
import { toStatusAttribute } from './search-attributes.ts';
import { TurnWaits } from './turn-waits.ts';

/** The result that stays in Temporal when a session is over. */
export interface SessionSummary {
  reason: string;
  turns: number;
  usage: Usage;
  tasks: { id: string; agent: string; status: string }[];
}

interface Closing {
  request: CloseRequest | null;
}

export async function session(input: SessionInput): Promise<SessionSummary> {
  const { workspace, session: id, roster, agent } = input;
  const opening = {
    id: { workspace, session: id, task: null },
    roster,
    agent,
    depth: 0,
    ancestors: [],
    at: now(),
  };
  const { carried } = input;
  const state = carried === undefined ? openConversation(opening) : readCarriedState(opening, carried);
  const conversation = createConversation(state, input);
  const closing: Closing = { request: null };
  const waits = new TurnWaits(state);
  // What came before the first run began is handled as handlers are set, and stands behind the opening.
  if (carried === undefined) openSession(conversation, input);
  setHandlers(conversation, closing, waits);
  const root = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    root.cancelRequested.catch(() => close(conversation, closing, { reason: 'cancelled', tasks: 'stop' }));
    conversation.launcher.takeUpInherited();
    void keepStatuses(state);
    void keepFollowUps(conversation);
    closeByTime(state, (reason) => close(conversation, closing, { reason }));
    if (state.isOpening) await runHooksBefore(conversation, closing);
    await runTurns(conversation, { closing, waits }, input);
    const summary = await settle(conversation, closing.request?.tasks ?? state.roster.onClose);
    if (closing.request?.withoutPost !== true) await startPostSession(conversation);
    return summary;
  });
}

function openSession({ state, ports }: Conversation, input: SessionInput): void {
  ports.record({ type: 'session.opened', team: state.roster.team, agent: state.agent });
  if (input.demo) ports.record({ type: 'notice', code: 'demo_model', text: DEMO_NOTICE });
  if (input.message !== undefined) acceptMessage(state, ports, input.message);
}

const DEMO_NOTICE =
  'No model provider is configured: a local demo model answers. Set OPENAI_API_KEY or ANTHROPIC_API_KEY for real ones.';

/** Turns begin when the hooks before the session are done; one of them may say that there is to be none. */
async function runHooksBefore(conversation: Conversation, closing: Closing): Promise<void> {
  const { state, ports } = conversation;
  const end = await runPreSession(conversation);
  if (state.status !== 'open') return;
  if (end.outcome === 'ready') {
    ports.record({ type: 'session.ready' });
    ports.launchTasks();
    return;
  }
  const reason = end.outcome === 'aborted' ? end.reason : 'what runs before the session was cancelled';
  closing.request = { reason, tasks: 'stop' };
  ports.record({ type: 'session.closing', reason, aborted: true });
}

function setHandlers(conversation: Conversation, closing: Closing, waits: TurnWaits): void {
  const { state, ports } = conversation;
  setReadHandler(conversation);
  setTaskHandlers(conversation);
  setSignalHandlers({
    ...taskSignals(conversation),
    hookNews(news) {
      // What is missing was perhaps told before, by a template of the conversation itself.
      if (news.type === 'variables.missing') tellMissing(state, ports, news.keys);
      else if (state.status !== 'closed') ports.record(news);
    },
  });

  setUpdateHandler(
    conversation,
    'sendMessage',
    ({ untilEnd, ...message }) => {
      const accepted = acceptMessage(state, ports, message);
      if (untilEnd === true)
        return waits.untilEnd(message.id, accepted.offset).then((end) => ({ ...accepted, end }));
      waits.leave(message.id);
      return accepted;
    },
    (message) => refuse(refuseMessage(state, message)),
  );

  setCommandHandler(
    conversation,
    'interrupt',
    () => {
      const changed = state.turnOpen && state.interruptedTurn !== state.turn;
      if (changed) ports.record({ type: 'turn.interrupting', turn: state.turn });
      return { turn: state.turnOpen ? state.turn : null, changed };
    },
    () => undefined,
  );

  setUpdateHandler(
    conversation,
    'close',
    (request) => {
      const changed = close(conversation, closing, request);
      return { status: state.status, changed };
    },
    () => undefined,
  );
}

/** False when it is being closed already. */
function close({ state, ports }: Conversation, closing: Closing, request: CloseRequest): boolean {
  if (state.status !== 'open') return hasten({ state, ports }, closing, request);
  closing.request = { ...request, tasks: request.tasks ?? state.roster.onClose };
  ports.record({ type: 'session.closing', reason: request.reason });
  if (state.turnOpen) ports.record({ type: 'turn.interrupting', turn: state.turn });
  return true;
}

/** Of a close that lets tasks wrap up, one that stops them now makes it. */
function hasten(
  { state, ports }: Pick<Conversation, 'state' | 'ports'>,
  closing: Closing,
  { tasks }: CloseRequest,
): boolean {
  const isWaiting = state.status === 'closing' && closing.request?.tasks === 'wrap_up';
  if (!isWaiting || tasks !== 'stop') return false;
  closing.request = { ...closing.request, reason: state.closeReason ?? '', tasks };
  for (const task of state.tasks) requestStop(state, ports, task);
  return true;
}

/** The loop: a turn whenever something waits, a new run when this one is long, until the session is closed. */
async function runTurns(
  conversation: Conversation,
  { closing, waits: turnWaits }: { closing: Closing; waits: TurnWaits },
  input: SessionInput,
): Promise<void> {
  const { state, ports } = conversation;
  let turns = 0;
  const isDue = (): boolean => isRolloverDue(conversation, turns);
  const waits = (): boolean => state.inbox.length > 0 || state.status !== 'open' || isDue();
  while (state.status === 'open') {
    await condition(() => waits() || nextNudge(state) !== null);
    if (!waits()) await untilNudge(conversation, waits);
    await gatherCompletions(conversation);
    if (state.status !== 'open') return;
    if (state.inbox.length > 0) {
      await runTurn(state, ports, { atLimit: 'stop', mayRollOver: () => false });
      turns += 1;
      if (isLongRun(conversation, turns)) turnWaits.close();
      const reason = takeEndReason(state);
      if (reason !== null) close(conversation, closing, { reason });
      if (hasPlacedMessages(state)) await archiveConversation(state);
    }
    if (!isDue()) continue;
    await archiveConversation(state);
    // From here to the new run nothing is awaited: what came meanwhile is in the state, or waits on the server.
    // A busy session is never idle at this moment, so what waits in its inbox goes along.
    if (state.status === 'open' && isDue()) {
      const { message: _accepted, ...rest } = input;
      await continueAsNew<typeof session>({ ...rest, carried: toCarriedState(state) });
    }
  }
}

/** Until something waits, or a task is slow, which is recorded then; or that is to be asked again. */
async function untilNudge({ state, ports }: Conversation, waits: () => boolean): Promise<void> {
  const at = nextNudge(state);
  if (at === null) return;
  const isOver = (): boolean => waits() || nextNudge(state) !== at;
  const isInTime = await ports.until(isOver, Math.max(1, at - ports.now()));
  if (!isInTime) nudge(state, ports);
}

/**
 * After a model call that failed, nobody knows whether it stored the messages that it brought. Archiving leaves no copy
 * of them in history, the next model call would leave another one with each turn that fails.
 */
function hasPlacedMessages({ unstored }: ConversationState): boolean {
  return unstored.some(({ kind }) => kind === 'user');
}

/** Tasks first, then the end: the close is complete only when the tree is quiet, and the store knows of it. */
async function settle(conversation: Conversation, onClose: OnClose): Promise<SessionSummary> {
  const { state, ports, functions, launcher } = conversation;
  upsertSearchAttributes(toStatusAttribute('closing'));
  const tasks = state.tasks.filter((task) => onClose !== 'keep' || !mayBeKept(task));
  const mode = onClose === 'wrap_up' ? 'wrap_up' : 'now';
  for (const task of tasks) requestStop(state, ports, task, { mode });
  if (onClose === 'stop') functions.cancel();
  // One that is kept may ask now, and is stopped then.
  await condition(
    () =>
      tasks.every((task) => isTerminal(task.status)) &&
      state.tasks.every(({ status }) => status !== 'cancelling') &&
      !hasRunningFunctions(state) &&
      !launcher.isWriting &&
      unkeptStatuses(state).length === 0,
  );
  placeWaitingMessages(state);
  const reason = state.closeReason ?? 'closed';
  ports.record({ type: 'session.closed', reason });
  upsertSearchAttributes(toStatusAttribute('closed'));
  await archiveConversation(state, { status: state.isAborted ? 'aborted' : 'closed', reason, at: now() });
  return {
    reason,
    turns: state.turn,
    usage: state.usage,
    tasks: state.tasks.map(({ id, agent, status }) => ({ id, agent, status })),
  };
}
