/** Who hears what activities do, for logs and metrics: names, numbers and ids, never content. */
import type { Usage } from '../protocol/content.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Activities } from '../protocol/activities.ts';

export interface EndedActivity {
  activity: keyof Activities;
  conversation: ConversationId;
  /** Where it belongs to one. */
  turn?: number;
  step?: number;
  /** From 1; more than 1 is a retry. */
  attempt: number;
  ms: number;
  /** The type of its failure, `cancelled`, or null when it went well. */
  failure: string | null;
  /** What nobody foresaw: its name, and where it happened. */
  unexpected: { name: string; stack: string } | null;
}

export interface EndedModelCall {
  provider: string;
  ms: number;
  failure: string | null;
  /** Null where it failed. */
  usage: Usage | null;
}

export interface StoppedWork {
  conversation: ConversationId;
  turn: number;
  /** `bus`: at once, as whoever stopped it said so; `heartbeat`: with the next sign of life, which needs no bus. */
  by: 'bus' | 'heartbeat';
}

export interface ActivityObserver {
  /** A model call or a tool was told to end with what there is. */
  workStopped(work: StoppedWork): void;
  activityEnded(activity: EndedActivity): void;
  modelCallEnded(call: EndedModelCall): void;
}
