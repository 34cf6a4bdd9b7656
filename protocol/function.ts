/** Calls of custom functions, as workflows ask for them. Spec: hooks-and-functions.md. */
import type { ConversationId } from './ids.ts';
import type { Place, ToolOutcomeName } from './transcript.ts';

export type SessionPhase = 'pre' | 'during' | 'post';

export interface FunctionRequest extends ConversationId {
  /** The team's version, and the function's key there. */
  team: string;
  function: string;
  agent: string;
  phase: SessionPhase;
  /** The `webhook-id`: the same in every attempt. */
  id: string;
  /** Somebody waits: what it does not do within its timeout, attempts included, it has failed to do. */
  isAwaited: boolean;
  /** The call of a model that it answers; the arguments are read from the assistant's row at `reply`. */
  call?: FunctionCallPlace;
  /** Instead of the function's own (a hook's). */
  timeoutMs?: number;
  /** The task of the background agent before it, whose answer goes along (a hook's). */
  responseOf?: string;
}

export interface FunctionCallPlace {
  turn: number;
  step: number;
  place: Place;
  reply: Place;
  call: string;
  tool: string;
  /** Whether the row at `place` is its result's. */
  keepsResult: boolean;
}

export interface FunctionResult {
  outcome: ToolOutcomeName;
  /** The head of the answer, or why there is none, in words for the model; `size` is the length of the whole. */
  text: string;
  size: number;
  truncated: boolean;
  /** The row with the whole result is written. */
  stored: boolean;
  /** Variables that it set, and those that it asked for in vain. */
  changed?: string[];
  missing?: string[];
  /** Asked for by a hook: the session is not to begin. */
  terminate?: { reason: string | null };
}
