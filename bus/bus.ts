/** Live messages between those who do the work and those who watch or control it. All of it may be lost. */
import type { ConversationId } from '../protocol/ids.ts';
import type { ControlMessage, LiveMessage } from '../protocol/live.ts';
import { controlTopic, liveTopic } from '../protocol/live.ts';

declare const carried: unique symbol;

/** The name of a topic, with the type of the messages that it carries. */
export type Topic<T> = string & { readonly [carried]?: T };

export type Listener<T> = (message: T) => void | Promise<void>;

export interface Bus {
  /** Returns at once; listeners get the messages of a topic in the order of publication. */
  publish<T>(topic: Topic<T>, message: T): void;
  /** Gives what ends the subscription. A listener that throws disturbs nobody else. */
  subscribe<T>(topic: Topic<T>, listener: Listener<T>): () => void;
  /** Resolves when whatever is published to the topic from then on reaches the subscriptions that there are now. */
  subscribed<T>(topic: Topic<T>): Promise<void>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/** Deltas, pokes and progress of a conversation. */
export const toLiveTopic = (id: ConversationId): Topic<LiveMessage> => liveTopic(id);

/** Orders to whoever runs a conversation's model calls and tools. */
export const toControlTopic = (id: ConversationId): Topic<ControlMessage> => controlTopic(id);
