/** What a person sees of a session's feed: events in, lines out. Pure; the screen prints them. */
import type { LiveMessage } from '../protocol/live.ts';
import type { EventResource } from '../protocol/schemas/event.ts';
import { NO_STREAM, showCommitted, showDelta, showReset, showStepStarted } from './chat-stream.ts';
import type { Output, Shown, StreamState } from './chat-stream.ts';
import { isBudgetEvent, tellBudgetEvent } from './chat-budget.ts';
import type { BudgetEvent } from './chat-budget.ts';
import { runtimeWords } from '../core/engine-tools/task-words.ts';

export type FeedEvent = EventResource | Exclude<LiveMessage, { type: 'poke' }>;

interface KnownTask {
  agent: string;
  title: string;
  /** The last line of progress that was printed. */
  progress: string;
  isEnded: boolean;
}

export interface ChatView {
  stream: StreamState;
  tasks: Record<string, KnownTask>;
  /** The turn that runs now. */
  turn: number | null;
  /** Messages sent from here that the feed has not told yet: they are on the screen already. */
  sent: string[];
  isClosed: boolean;
}

export const EMPTY_VIEW: ChatView = { stream: NO_STREAM, tasks: {}, turn: null, sent: [], isClosed: false };

export function showEvent(view: ChatView, event: FeedEvent): Shown<ChatView> {
  switch (event.type) {
    case 'delta':
      return withStream(view, showDelta(view.stream, event));
    case 'attempt.reset':
      return withStream(view, showReset(view.stream, event));
    case 'step.started':
      return withStream(view, showStepStarted(view.stream, event));
    case 'message.committed':
      return withStream(view, showCommitted(view.stream, event));
    case 'message.queued':
      return showMessage(view, event);
    case 'turn.started':
      return [{ ...view, turn: event.turn }, []];
    case 'turn.finished':
      return showTurnFinished(view, event);
    case 'tool.finished':
      return [view, event.outcome === 'error' ? [line(`· ${event.tool}: ${event.result ?? 'failed'}`)] : []];
    case 'agent.switched':
      return [view, [line(toSwitchLine(event))]];
    case 'notice':
      return [view, [line(`! ${event.text}`)]];
    case 'hook.started':
      return [view, [line(`· ${event.name} runs ${toPhaseWords(event)}`)]];
    case 'hook.finished':
      return [view, toHookLines(event)];
    case 'session.closing':
      return [view, [line(`· the session is closing: ${event.reason}`)]];
    case 'session.closed':
      return [{ ...view, isClosed: true }, [line(`· the session is closed: ${event.reason}`)]];
    default:
      return isBudgetEvent(event) ? showBudgetEvent(view, event) : showTaskEvent(view, event);
  }
}

const line = (text: string): Output => ({ kind: 'line', text });

function withStream(view: ChatView, [stream, output]: Shown<StreamState>): Shown<ChatView> {
  return [{ ...view, stream }, output];
}

type EventOf<Type extends FeedEvent['type']> = Extract<FeedEvent, { type: Type }>;

function toSwitchLine({ from, to, reason }: EventOf<'agent.switched'>): string {
  const why = reason === null || reason === '' ? '' : `: ${reason}`;
  return `· ${from} hands over to ${to}${why}`;
}

const toPhaseWords = ({ phase }: EventOf<'hook.started' | 'hook.finished'>): string =>
  phase === 'pre' ? 'before the session' : 'after the session';

function toHookLines(event: EventOf<'hook.finished'>): Output[] {
  if (event.status !== 'failed') return [];
  return [line(`✗ ${event.name} failed ${toPhaseWords(event)}: ${event.error?.message ?? ''}`)];
}

function showMessage(view: ChatView, event: EventOf<'message.queued'>): Shown<ChatView> {
  const text = event.message.content
    .map((part) => (part.type === 'text' ? part.text : `[${part.type}]`))
    .join(' ');
  const own = view.sent.indexOf(text);
  if (own >= 0) return [{ ...view, sent: view.sent.toSpliced(own, 1) }, []];
  return [view, [line(`› ${text}`)]];
}

function showTurnFinished(view: ChatView, event: EventOf<'turn.finished'>): Shown<ChatView> {
  const output: Output[] = [{ kind: 'end' }];
  if (event.outcome === 'interrupted') output.push(line('· the turn was interrupted'));
  // The words for the user came before, as a message of the system; this names the cause.
  if (event.outcome === 'failed' && event.error !== null) output.push(line(`· cause: ${event.error.type}`));
  return [{ ...view, turn: null }, output];
}

function showBudgetEvent(view: ChatView, event: BudgetEvent): Shown<ChatView> {
  const id = event.task ?? '';
  const agent = view.tasks[id]?.agent ?? id;
  return [view, tellBudgetEvent(event, { agent, id: toShortId(id) }).map(line)];
}

function showTaskEvent(view: ChatView, event: FeedEvent): Shown<ChatView> {
  if (event.type === 'task.refused')
    return [view, [line(`✗ ${event.agent} was not started: ${event.reason}`)]];
  if (event.type === 'task.queued') {
    const task = { agent: event.agent, title: event.title, progress: '', isEnded: false };
    return [{ ...view, tasks: { ...view.tasks, [event.task]: task } }, []];
  }
  if (!('task' in event) || event.task === null || event.type === 'hook.started') return [view, []];
  const known = view.tasks[event.task] ?? { agent: event.task, title: '', progress: '', isEnded: false };
  const { task: id } = event;
  const change = (task: Partial<KnownTask>, ...output: Output[]): Shown<ChatView> => [
    { ...view, tasks: { ...view.tasks, [id]: { ...known, ...task } } },
    output,
  ];
  switch (event.type) {
    case 'task.started':
      return change({}, line(`· ${known.agent} started: ${known.title} (${toShortId(event.task)})`));
    case 'task.asked': {
      const id = toShortId(event.task);
      const how = `tell me what to answer, or say it yourself: /tell ${id} …`;
      return change({}, line(`? ${known.agent} asks: ${event.question ?? ''}`), line(`  (${how})`));
    }
    case 'task.steered':
      return change({}, line(toReceiptLine(known, event)));
    case 'task.cancelling':
      return change({}, line(`· ${known.agent} is being stopped: ${known.title}`));
    case 'task.finished':
      return change({ isEnded: true }, line(toEndLine(known, event)));
    case 'task.progress': {
      const progress = toProgressLine(known, event);
      const isNew = progress !== '' && progress !== known.progress && !known.isEnded;
      return isNew ? change({ progress }, line(progress)) : [view, []];
    }
    default:
      return [view, []];
  }
}

/** Empty: there is nothing to say of it. */
function toProgressLine({ agent }: KnownTask, event: EventOf<'task.progress'>): string {
  const percent = event.percent === null ? '' : ` (${event.percent} %)`;
  const what = event.message ?? (event.tool === null ? null : `uses ${event.tool}`);
  return what === null ? '' : `· ${agent}: ${what}${percent}`;
}

/** Of words for a task, whoever they came from. */
function toReceiptLine(
  { agent, title }: KnownTask,
  { turn, appliedAtStep: step }: EventOf<'task.steered'>,
): string {
  if (step === null) return `· ${agent} had not read the last words to it when it ended: ${title}`;
  return `· ${agent} has read the words to it (turn ${turn}, step ${step}): ${title}`;
}

function toEndLine({ agent, title }: KnownTask, event: EventOf<'task.finished'>): string {
  const after = event.runtimeMs === null ? '' : ` after ${runtimeWords(event.runtimeMs)}`;
  if (event.status === 'failed') return `✗ ${agent} failed${after}: ${title}: ${event.error?.message ?? ''}`;
  if (event.status === 'cancelled') return `■ ${agent} was stopped${after}: ${title}`;
  const time = event.runtimeMs === null ? '' : ` in ${runtimeWords(event.runtimeMs)}`;
  return `✓ ${agent} completed${time}: ${title}${event.partial ? ' (in part)' : ''}`;
}

/** Enough of a task's id to tell it from the others of a session. */
export function toShortId(task: string): string {
  return task.replace(/^agent_task_/, '').slice(0, 8);
}
