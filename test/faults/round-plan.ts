/** What a round is to be: what is said in it, who dies, and when. */
import type { Trouble, Verb } from './directive.ts';
import type { Part } from './site.ts';
import type { Gate } from './store-gate.ts';

/** `a task`, `a session`: its workflow is terminated by hand. `everything`: all parts at once. */
export type Target = Exclude<Part, 'whole'> | 'everything' | 'a task' | 'a session' | 'nobody';

export type Moment =
  | 'a model call'
  | 'a model call of a task'
  /** The answer is in the store, and Temporal has not heard of it. */
  | 'a stored answer'
  | 'any time'
  | Gate;

/** What a person orders right after an act: of the turn that runs, or of the task that the act started. */
export type Order = 'interrupt' | 'steer' | 'stop';

export type Act = {
  order?: Order;
  /** The request itself waits for the end of the turn. */
  prefersWait?: boolean;
} & ActKind;

type ActKind =
  | { kind: 'message'; verb: Exclude<Verb, 'work'>; steps: number; troubles: Trouble[]; waits: boolean }
  /** A background agent that is started by hand. */
  | { kind: 'task'; steps: number; troubles: Trouble[]; waits: boolean };

export interface ConversationPlan {
  team: 'openai' | 'anthropic';
  acts: Act[];
}

export interface RoundPlan {
  seed: number;
  conversations: ConversationPlan[];
  target: Target;
  /** How processes of Offstage end; servers are always killed. */
  by: 'SIGKILL' | 'SIGTERM';
  moment: Moment;
  /** At which act of the first conversation. */
  act: number;
  /** Milliseconds: before the kill where the moment is any time, and until what died is started again. */
  delayMs: number;
  downMs: number;
  /** Who dies once more while what died comes back, and how many milliseconds after it has begun to. */
  second: { target: SecondTarget; afterMs: number } | null;
}

export type SecondTarget = 'api' | 'main' | 'background' | 'temporal' | 'everything';
