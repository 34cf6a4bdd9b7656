/** The content that a page of events refers to, gathered from the store and from what the workflow still has. */
import type { Store } from '../../storage/store.ts';
import type { Part } from '../../protocol/content.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { ConversationRead } from '../../protocol/session-messages.ts';
import type { TaskQuestion } from '../../protocol/task.ts';
import type { Place, TranscriptRow } from '../../protocol/transcript.ts';

/** What the workflow has that the store lacks; null when there is no workflow any more. */
export type Unstored = Pick<ConversationRead, 'unstored' | 'waiting'> | null;

const LAST_ORDINAL = 1_000_000;

export class ContentIndex {
  readonly #messages = new Map<string, TranscriptRow>();
  readonly #waiting = new Map<string, Part[]>();
  readonly #calls: TranscriptRow[] = [];
  readonly #replies: TranscriptRow[] = [];
  readonly #questions = new Map<string, string | null>();

  addRows(rows: readonly TranscriptRow[]): void {
    for (const row of rows) {
      this.#messages.set(row.id, row);
      if (row.call !== null) this.#calls.push(row);
      if (row.toolCalls.length > 0) this.#replies.push(row);
    }
  }

  addWaiting(waiting: ConversationRead['waiting']): void {
    for (const message of waiting) this.#waiting.set(message.id, message.content);
  }

  addQuestion(task: string, { turn, step }: TaskQuestion, question: string | null): void {
    this.#questions.set(`${task} ${turn}.${step}`, question);
  }

  questionOf(task: string, turn: number, step: number): string | null {
    return this.#questions.get(`${task} ${turn}.${step}`) ?? null;
  }

  has(message: string): boolean {
    return this.#messages.has(message) || this.#waiting.has(message);
  }

  messageContent(message: string): Part[] {
    return this.#messages.get(message)?.content ?? this.#waiting.get(message) ?? [];
  }

  rowOfMessage(message: string): TranscriptRow | undefined {
    return this.#messages.get(message);
  }

  /** Some providers number their calls anew in every reply, so an id alone does not tell. */
  rowOfCall(turn: number, step: number, call: string): TranscriptRow | undefined {
    return this.#calls.find((row) => row.call === call && row.place[0] === turn && row.place[1] === step);
  }

  argumentsOf(turn: number, step: number, call: string): Record<string, unknown> | null {
    const reply = this.#replies.find((row) => row.place[0] === turn && row.place[1] === step);
    return reply?.toolCalls.find((made) => made.id === call)?.arguments ?? null;
  }
}

/**
 * `unstored` is asked for only when the store lacks something, unless it was read already. It has to be read
 * before the store is: content moves from the workflow to the store, never back.
 */
export async function gatherContent(
  store: Store,
  id: ConversationId,
  events: readonly ConversationEvent[],
  unstored: Unstored | (() => Unstored | Promise<Unstored>),
): Promise<ContentIndex> {
  if (typeof unstored !== 'function') return gather(store, id, events, unstored);
  const index = await gather(store, id, events, null);
  if (findMessages(events).every((message) => index.has(message))) return index;
  return gather(store, id, events, await unstored());
}

async function gather(
  store: Store,
  id: ConversationId,
  events: readonly ConversationEvent[],
  unstored: Unstored,
): Promise<ContentIndex> {
  const index = new ContentIndex();
  if (unstored !== null) {
    index.addRows(await store.transcript.preview(id, unstored.unstored));
    index.addWaiting(unstored.waiting);
  }
  index.addRows(await store.transcript.rowsByIds(id, findMessages(events)));
  for (const event of events) {
    if (event.type !== 'task.asked') continue;
    const { task, turn, step } = event;
    index.addQuestion(task, event, await store.tasks.question({ ...id, task }, { turn, step }));
  }
  const steps = findSteps(events);
  if (steps !== null) index.addRows(await store.transcript.read(id, steps));
  return index;
}

function findMessages(events: readonly ConversationEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'message.queued' || event.type === 'message.committed' ? [event.message] : [],
  );
}

/** The part of the transcript that tools of these events belong to. */
function findSteps(events: readonly ConversationEvent[]): { after: Place; upTo: Place } | null {
  const steps = events.flatMap((event) =>
    event.type === 'tool.started' || event.type === 'tool.finished' ? [event] : [],
  );
  const first = steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return null;
  return { after: [first.turn, first.step, -1], upTo: [last.turn, last.step, LAST_ORDINAL] };
}
