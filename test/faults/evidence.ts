/** What a round leaves to judge by: what was asked, what was ordered, and what is told of it. */
import type { Json } from '../support/product-client.ts';
import type { Act, ConversationPlan, Order } from './round-plan.ts';
import type { SteadyAnswer } from './steady-client.ts';
import type { FeedWatcher } from './watch-feed.ts';

/** Something that was asked for, and how it was acknowledged. */
export interface Asked {
  tag: string;
  act: Act;
  path: string;
  body: unknown;
  key: string;
  /** The acknowledgement. */
  answer: SteadyAnswer;
  /** The end of the turn, where the request waited for it and was told. */
  end: { outcome: string; reply: Json | null } | null;
}

export interface Ordered {
  order: Order;
  tag: string;
  /** What it is about, but for an interrupt. */
  task: string;
  path: string;
  body: unknown;
  key: string;
  answer: SteadyAnswer;
}

export interface Conversation {
  session: string;
  plan: ConversationPlan;
  watcher: FeedWatcher;
  asked: Asked[];
  orders: Ordered[];
}

export interface Evidence extends Conversation {
  /** The feed read anew from its beginning, and the transcripts: of the conversation, and of each task by its id. */
  feed: Json[];
  transcript: Json[];
  taskTranscripts: Map<string, Json[]>;
  /** As the API lists them. */
  tasks: Json[];
}
