/**
 * What of a reply is on the screen already. Deltas are printed as they come; the committed message fills in what
 * was missed, so that no word comes twice, over any number of reconnects.
 */
import type { EventResource } from '../protocol/schemas/event.ts';
import type { LiveMessage } from '../protocol/live.ts';

/** A whole line, a piece of a line that goes on, or the end of such a line. */
export type Output = { kind: 'line' | 'piece'; text: string } | { kind: 'end' };

type EventOf<Type extends EventResource['type']> = Extract<EventResource, { type: Type }>;
type LiveOf<Type extends LiveMessage['type']> = Extract<LiveMessage, { type: Type }>;

interface LiveStep {
  turn: number;
  step: number;
  attempt: number;
  agent: string;
  /** `held`: its beginning was not told yet. `silent`: deltas may have been missed, the committed text will do. */
  mode: 'held' | 'streamed' | 'silent';
  /** Printed, or held back. */
  text: string;
}

export interface StreamState {
  /** Steps that begin after this offset are seen from their first delta on; null while that is not known. */
  completeFrom: number | null;
  /** The last committed step: deltas that come later than it are old. */
  committed: { turn: number; step: number };
  live: LiveStep | null;
}

export const NO_STREAM: StreamState = { completeFrom: null, committed: { turn: 0, step: 0 }, live: null };

export type Shown<State> = [State, Output[]];

interface Place {
  turn: number;
  step: number;
}

const isSame = (a: Place, b: Place | null): boolean => a.turn === b?.turn && a.step === b.step;
const isAfter = (a: Place, b: Place): boolean => a.turn > b.turn || (a.turn === b.turn && a.step > b.step);

/** The connection was lost: what is streamed until the next one is missed. */
export function loseStream(state: StreamState): StreamState {
  const { live } = state;
  if (live === null) return { ...state, completeFrom: null };
  const text = live.mode === 'held' ? '' : live.text;
  return { ...state, completeFrom: null, live: { ...live, text, mode: 'silent' } };
}

export function showStepStarted(state: StreamState, event: EventOf<'step.started'>): Shown<StreamState> {
  const { turn, step, agent } = event;
  const isComplete = state.completeFrom !== null && event.offset > state.completeFrom;
  const known = isSame(event, state.live) ? state.live : null;
  if (known?.mode === 'silent') return [{ ...state, live: { ...known, agent } }, []];
  const held = isComplete ? (known?.text ?? '') : '';
  const attempt = known?.attempt ?? 1;
  const live: LiveStep = { turn, step, attempt, agent, mode: isComplete ? 'streamed' : 'silent', text: held };
  return [{ ...state, live }, held === '' ? [] : [{ kind: 'piece', text: `${agent}: ${held}` }]];
}

export function showDelta(state: StreamState, delta: LiveOf<'delta'>): Shown<StreamState> {
  const { turn, step, attempt, text } = delta;
  if (delta.kind !== 'text' || !isAfter(delta, state.committed)) return [state, []];
  if (!isSame(delta, state.live)) {
    if (state.live !== null && !isAfter(delta, state.live)) return [state, []];
    return [{ ...state, live: { turn, step, attempt, agent: '', mode: 'held', text } }, []];
  }
  const [renewed, output] = beginAttempt(state, attempt, 'the model is asked again');
  const live = renewed.live;
  if (live === null || attempt < live.attempt || live.mode === 'silent') return [renewed, output];
  const label = live.text === '' ? `${live.agent}: ` : '';
  const pieces: Output[] = live.mode === 'held' ? [] : [{ kind: 'piece', text: label + text }];
  return [{ ...renewed, live: { ...live, text: live.text + text } }, [...output, ...pieces]];
}

export function showReset(state: StreamState, event: LiveOf<'attempt.reset'>): Shown<StreamState> {
  if (!isSame(event, state.live)) return [state, []];
  const attempt = Math.max(event.attempt, (state.live?.attempt ?? 0) + 1);
  return beginAttempt(state, attempt, event.reason);
}

/** What an earlier attempt said is void. */
function beginAttempt(state: StreamState, attempt: number, reason: string): Shown<StreamState> {
  const { live } = state;
  if (live === null || attempt <= live.attempt) return [state, []];
  const wasShown = live.mode !== 'held' && live.text !== '';
  const words = `· that answer is void (${reason}); it begins anew`;
  const output: Output[] = wasShown ? [{ kind: 'end' }, { kind: 'line', text: words }] : [];
  return [{ ...state, live: { ...live, attempt, text: '' } }, output];
}

export function showCommitted(state: StreamState, event: EventOf<'message.committed'>): Shown<StreamState> {
  const { turn, step, agent, role, status } = event;
  const text = event.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (role === 'system') return [state, text === '' ? [] : [{ kind: 'line', text: `! ${text}` }]];
  const isLive = isSame(event, state.live);
  const printed = isLive && state.live?.mode !== 'held' ? (state.live?.text ?? '') : '';
  const next: StreamState = {
    ...state,
    committed: isAfter(event, state.committed) ? { turn, step } : state.committed,
    live: isLive ? null : state.live,
  };
  const cut: Output[] = status === 'interrupted' ? [{ kind: 'line', text: '· interrupted here' }] : [];
  if (printed !== '' && text.startsWith(printed)) {
    const rest = text.slice(printed.length);
    const pieces: Output[] = rest === '' ? [] : [{ kind: 'piece', text: rest }];
    return [next, [...pieces, { kind: 'end' }, ...cut]];
  }
  const whole: Output[] = text === '' ? [] : [{ kind: 'line', text: `${agent}: ${text}` }];
  return [next, [...(printed === '' ? [] : [{ kind: 'end' } as const]), ...whole, ...cut]];
}
