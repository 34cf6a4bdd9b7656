/** Events of a conversation with their content: of earlier runs from the store, of this one from its workflow. */
import { toLiveTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import { isHookPhase } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';
import type { ConversationRead, TaskView } from '../../protocol/session-messages.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { Store } from '../../storage/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { abortSession } from './abort-session.ts';
import { gatherContent } from './content-index.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { renderEvent } from './render-events.ts';

export interface EventPage {
  events: EventResource[];
  /** There are no more now. */
  isAtHead: boolean;
  /** There will never be more. */
  isEnded: boolean;
  /** The tasks that the conversation waits for, as its workflow says; null where that was not asked. */
  transfers: FeedHead['transfers'] | null;
}

export interface FeedHead {
  offset: number;
  /** The workflow said so; else there may be more to read, or an end to find. */
  isLive: boolean;
  transfers: Pick<TaskView, 'id' | 'status'>[];
}

/** Beyond every offset: asks for the view alone. */
const NO_EVENTS = Number.MAX_SAFE_INTEGER;
/** How often a reader may fall between two runs before it gives up. */
const ATTEMPTS = 5;

export class EventSource {
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #bus: Bus;

  constructor({ store, gateway, bus }: Pick<ApiDependencies, 'store' | 'gateway' | 'bus'>) {
    this.#store = store;
    this.#gateway = gateway;
    this.#bus = bus;
  }

  /**
   * At most `limit` events from `from` on, without gaps. Rejects with TemporalAway when only the workflow could
   * tell; `storedOnly` gives what the store has. `isRecent`: the workflow is expected to have all of them, so it is
   * asked first.
   */
  async readPage(
    id: ConversationId,
    from: number,
    limit: number,
    { storedOnly = false, isRecent = false } = {},
  ): Promise<EventPage> {
    const live = isRecent ? await this.readWorkflow(id, from) : null;
    // Without any the conversation may be over, which the store knows.
    if (live !== null && live.firstOffset <= from && live.events.length > 0)
      return this.#renderLive(id, live, live.events, from, limit);
    let isOver = await this.isOver(id);
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#store.events.read(id, from, limit);
      if (stored.length === limit) return this.#render(id, stored, null, { isAtHead: false, isEnded: false });
      if (isOver || storedOnly) {
        return this.#render(id, stored, null, { isAtHead: true, isEnded: isOver });
      }
      const next = from + stored.length;
      const read = await this.readWorkflow(id, from);
      if (read === null) {
        isOver = await this.isOver(id);
        // What it had last has come into the store since that was read.
        if (isOver) continue;
        return this.#render(id, stored, null, { isAtHead: true, isEnded: false });
      }
      const isContiguous = read.firstOffset <= next || read.view.offset < next;
      // Of what both have, the workflow is right: a rollover that did not come about may have archived too early.
      const archived = stored.filter(({ offset }) => offset < read.firstOffset);
      // A rollover between the two reads: what is missing is in the store by now.
      if (!isContiguous && attempt < ATTEMPTS) continue;
      const events = isContiguous ? [...archived, ...read.events] : stored;
      return this.#renderLive(id, read, events, from, limit);
    }
  }

  /** Where the feed stands now: its last offset, and the tasks that the conversation waits for. */
  async findHead(id: ConversationId): Promise<FeedHead> {
    const read = (await this.isOver(id)) ? null : await this.readWorkflow(id, NO_EVENTS);
    if (read === null) return this.findStoredHead(id);
    return { offset: read.view.offset, isLive: true, transfers: findTransfers(read) };
  }

  async findStoredHead(id: ConversationId): Promise<FeedHead> {
    return { offset: await this.#store.events.lastOffset(id), isLive: false, transfers: [] };
  }

  /** The session was closed or the task has ended, and everything of it is in the store. */
  async isOver(id: ConversationId): Promise<boolean> {
    const { workspace, session, task } = id;
    // What runs hooks has no record; its workflow says whether it is there.
    if (isHookPhase(task)) return false;
    if (task !== null) {
      const record = await this.#store.tasks.get({ workspace, session, task });
      return record === null || isTerminal(record.status);
    }
    const record = await this.#store.sessions.get(workspace, session);
    return record === null || record.status === 'closed' || record.status === 'aborted';
  }

  /** Null when there is no workflow: it is over, or (a task) has not started. */
  async readWorkflow(id: ConversationId, from: number): Promise<ConversationRead | null> {
    try {
      return await this.#gateway.read(id, from);
    } catch (error) {
      if (!(error instanceof WorkflowGone)) throw error;
      const endedAt = id.task === null ? await this.#findForcedEnd(id, error) : null;
      if (endedAt !== null) {
        const offset = await abortSession(this.#store, this.#gateway, id, endedAt);
        this.#bus.publish(toLiveTopic(id), { type: 'poke', offset, endsTurn: true });
      }
      return null;
    }
  }

  /**
   * When a session's workflow was ended without closing it; null: it was not. One that the store knows to be at work and
   * Temporal does not know was deleted there; before that (`opening`), its start may still come.
   */
  async #findForcedEnd({ workspace, session }: ConversationId, gone: WorkflowGone): Promise<number | null> {
    if (gone.isKnown) return gone.endedAt;
    const record = await this.#store.sessions.get(workspace, session);
    return record?.status === 'idle' || record?.status === 'busy' ? record.updatedAt : null;
  }

  #renderLive(
    id: ConversationId,
    read: ConversationRead,
    all: ConversationEvent[],
    from: number,
    limit: number,
  ): Promise<EventPage> {
    const events = all.slice(0, limit);
    const last = events.at(-1)?.offset ?? from - 1;
    return this.#render(id, events, read, {
      isAtHead: last >= read.view.offset,
      isEnded: events.some((event) => endsFeed(id, event)),
    });
  }

  async #render(
    id: ConversationId,
    events: ConversationEvent[],
    read: ConversationRead | null,
    state: { isAtHead: boolean; isEnded: boolean },
  ): Promise<EventPage> {
    const unstored = read ?? (() => (state.isEnded ? null : this.readWorkflow(id, NO_EVENTS)));
    const content = await gatherContent(this.#store, id, events, unstored);
    const transfers = read === null ? null : findTransfers(read);
    return { events: events.map((event) => renderEvent(event, content)), transfers, ...state };
  }
}

function findTransfers({ view }: ConversationRead): FeedHead['transfers'] {
  return view.tasks.filter(({ mode, status }) => mode === 'transfer' && !isTerminal(status));
}

/** The last event of a conversation: nothing follows it. */
function endsFeed(id: ConversationId, event: ConversationEvent): boolean {
  if (id.task === null) return event.type === 'session.closed';
  return event.type === 'task.finished' && event.task === id.task;
}
