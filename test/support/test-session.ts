/** A session as tests use it: what they say to it, what they read of it. */
import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { toControlTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import type { ConversationEvent, Delivery } from '../../protocol/events.ts';
import { makeMessageId, toUpdateId, toWaitingUpdateId } from '../../protocol/ids.ts';
import { QUERIES, UPDATES } from '../../protocol/session-messages.ts';
import type {
  Accepted,
  Acknowledgement,
  ConversationRead,
  SendMessage,
  UpdateArguments,
  UpdateResults,
} from '../../protocol/session-messages.ts';
import type { Store } from '../../storage/store.ts';
import type { ScriptedModel } from './scripted-model.ts';
import { waitFor } from './wait-for.ts';

export interface TestSession {
  id: string;
  workflowId: string;
  model: ScriptedModel;
  say(text: string, delivery?: Delivery, id?: string): Promise<Acknowledgement>;
  /** Says it and waits, as the API does, until the workflow tells how the turn ended. */
  ask(text: string, id?: string, delivery?: Delivery): Promise<UpdateResults['sendMessage']>;
  update<Name extends keyof UpdateArguments>(
    name: Name,
    argument: UpdateArguments[Name],
  ): Promise<UpdateResults[Name]>;
  /** Every event from the first on, wherever it is by now. */
  events(): Promise<ConversationEvent[]>;
  read(): Promise<ConversationRead>;
  /** Waits until so many turns have ended and nothing runs. */
  untilIdle(turns: number): Promise<ConversationRead>;
  /** What was said: `role: text` by rows, as the store and the workflow have it. */
  transcript(): Promise<string[]>;
  interruptByBus(turn: number): void;
}

export function toTestSession(
  { client, store, bus }: { client: Client; store: Store; bus: Bus },
  id: string,
  workflowId: string,
  model: ScriptedModel,
): TestSession {
  const conversation = { workspace: 'default', session: id, task: null };
  const handle = client.workflow.getHandle(workflowId);
  const read = (from: number) => readConversation(client, workflowId, from);

  const session: TestSession = {
    id,
    workflowId,
    model,
    update: (name, argument) => handle.executeUpdate(UPDATES[name], { args: [argument] }),
    async say(text, delivery = 'next_step', messageId = makeMessageId(Date.now(), randomUUID())) {
      const message = toMessage(text, delivery, messageId);
      const updateId = toUpdateId(message);
      const options = { args: [message] as [SendMessage], updateId };
      const accepted = await handle.executeUpdate<Accepted, [SendMessage]>(UPDATES.sendMessage, options);
      return { message: messageId, ...accepted };
    },
    ask(text, messageId = makeMessageId(Date.now(), randomUUID()), delivery = 'next_step') {
      const message = toMessage(text, delivery, messageId);
      return handle.executeUpdate<UpdateResults['sendMessage'], [UpdateArguments['sendMessage']]>(
        UPDATES.sendMessage,
        { args: [{ ...message, untilEnd: true }], updateId: toWaitingUpdateId(message) },
      );
    },
    async events() {
      // In this order: what a rollover moves to the store between the two is in both.
      const live = await read(1);
      const stored = await store.events.read(conversation, 1, 100_000);
      return [...stored.filter(({ offset }) => offset < live.firstOffset), ...live.events];
    },
    read: () => read(1),
    async untilIdle(turns) {
      await waitFor(async () => {
        const { view } = await read(1);
        return view.turn >= turns && view.status === 'idle';
      });
      return read(1);
    },
    async transcript() {
      const { unstored } = await read(1);
      const rows = await store.transcript.read(conversation);
      const ids = new Set(rows.map(({ id: row }) => row));
      return [
        ...rows.map(
          ({ role, content }) =>
            `${role}: ${content.map((part) => ('text' in part ? part.text : '')).join('')}`,
        ),
        ...unstored.filter((row) => !ids.has(row.id)).map((row) => `(${row.kind})`),
      ];
    },
    interruptByBus: (turn) => bus.publish(toControlTopic(conversation), { type: 'abort', turn }),
  };
  return session;
}

function toMessage(text: string, delivery: Delivery, id: string): SendMessage {
  const hash = shortHash(`${delivery} ${text}`);
  const plain: SendMessage = { id, hash, content: [{ type: 'text', text }] };
  return delivery === 'next_step' ? plain : { ...plain, delivery };
}

/** The server may lose a query that meets a rollover, and says so after a long time only. */
function readConversation(client: Client, workflowId: string, from: number): Promise<ConversationRead> {
  const handle = client.workflow.getHandle(workflowId);
  return waitFor(
    () =>
      client.withDeadline(Date.now() + 3_000, () =>
        handle.query<ConversationRead, [number]>(QUERIES.read, from),
      ),
    { what: `an answer of ${workflowId}` },
  );
}

/** As long as the hashes of bodies are. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
