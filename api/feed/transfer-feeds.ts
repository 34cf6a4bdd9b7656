/** The feeds of the tasks that a conversation waits for: their lines are merged into its stream, marked as theirs. */
import type { EventResource } from '../../protocol/schemas/event.ts';
import type { TaskView } from '../../protocol/session-messages.ts';
import type { FeedItem, LiveEvent } from './feed-item.ts';

/** What is needed of a task's feed. It ends by itself with the task. */
interface TaskFeed {
  join(listener: { push(item: FeedItem): void; end(): void }): void;
  stop(): void;
}

type OpenFeed = (task: string, from: 'first' | 'latest') => TaskFeed;

export class TransferFeeds {
  readonly #openFeed: OpenFeed;
  readonly #push: (event: LiveEvent) => void;
  /** Transfers that were queued and have not started. */
  readonly #expected = new Set<string>();
  readonly #feeds = new Map<string, TaskFeed>();
  #isStopped = false;

  constructor(openFeed: OpenFeed, push: (event: LiveEvent) => void) {
    this.#openFeed = openFeed;
    this.#push = push;
  }

  /** Follows a transfer from its start until it ends, or is not waited for any longer. */
  observe(event: EventResource): void {
    if (event.type === 'task.queued' && event.mode === 'transfer') this.#expected.add(event.task);
    if (event.type === 'task.started' && this.#expected.delete(event.task)) this.#follow(event.task, 'first');
    if (event.type === 'task.detached') this.#leave(event.task);
  }

  /** Those that are under way when somebody begins to read. */
  takeUp(transfers: readonly Pick<TaskView, 'id' | 'status'>[]): void {
    for (const { id, status } of transfers) {
      if (status === 'queued') this.#expected.add(id);
      else this.#follow(id, 'latest');
    }
  }

  #follow(task: string, from: 'first' | 'latest'): void {
    if (this.#isStopped || this.#feeds.has(task)) return;
    const feed = this.#openFeed(task, from);
    this.#feeds.set(task, feed);
    feed.join({
      push: ({ event }) => this.#push({ type: 'task.event', task, event }),
      end: () => this.#feeds.delete(task),
    });
  }

  stop(): void {
    this.#isStopped = true;
    for (const task of this.#feeds.keys()) this.#leave(task);
  }

  /** A message that waits already when the task is queued detaches it before it has started. */
  #leave(task: string): void {
    this.#expected.delete(task);
    const feed = this.#feeds.get(task);
    this.#feeds.delete(task);
    feed?.stop();
  }
}
