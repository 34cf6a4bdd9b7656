import { describe, expect, it } from '@jest/globals';
import type { FeedListener } from '../../../api/feed/session-feed.ts';
import { toEventItem } from '../../../api/feed/feed-item.ts';
import { TransferFeeds } from '../../../api/feed/transfer-feeds.ts';
import type { EventResource } from '../../../protocol/schemas/event.ts';

const name = { task: 'agent_task_1', agent: 'researcher', title: 'Look it up', depth: 1 };
const head = { offset: 1, at: '2026-01-01T00:00:00.000Z' };
const queued: EventResource = { ...head, ...name, type: 'task.queued', mode: 'transfer', cause: 'model' };
const started: EventResource = { ...head, ...name, type: 'task.started' };
const detached: EventResource = { ...head, type: 'task.detached', task: name.task };

/** What was opened, and what of it was passed on. */
function follow(): { feeds: TransferFeeds; opened: string[]; pushed: string[]; say: () => void } {
  const opened: string[] = [];
  const pushed: string[] = [];
  const listeners = new Set<Pick<FeedListener, 'push'>>();
  const feeds = new TransferFeeds(
    (task, from) => {
      opened.push(`${task} from ${from}`);
      return { join: (listener) => listeners.add(listener), stop: () => listeners.clear() };
    },
    (event) => pushed.push(event.type),
  );
  return {
    feeds,
    opened,
    pushed,
    say: () => {
      for (const listener of listeners) listener.push(toEventItem({ ...started, offset: 2 }));
    },
  };
}

describe('the feeds of transfers', () => {
  it('follow a task from its start until it is detached', () => {
    const { feeds, opened, pushed, say } = follow();
    feeds.observe(queued);
    expect(opened).toEqual([]);
    feeds.observe(started);
    expect(opened).toEqual(['agent_task_1 from first']);
    say();
    feeds.observe(detached);
    say();
    expect(pushed).toEqual(['task.event']);
  });

  it('do not follow a task that was detached before it started', () => {
    const { feeds, opened } = follow();
    feeds.observe(queued);
    feeds.observe(detached);
    feeds.observe(started);
    expect(opened).toEqual([]);
  });

  it('do not follow one that was queued when they began and was detached before it started', () => {
    const { feeds, opened } = follow();
    feeds.takeUp([{ id: name.task, status: 'queued' }]);
    feeds.observe(detached);
    feeds.observe(started);
    expect(opened).toEqual([]);
  });
});
