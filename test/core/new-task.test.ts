import { describe, expect, it } from '@jest/globals';
import { toNewTask, toPayloads } from '../../core/new-task.ts';
import type { TaskToOpen } from '../../core/new-task.ts';
import { startTask } from '../../core/start-task.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

const LIMIT_BYTES = 256 * 1024;

/** Queued in this order. */
function queue(requests: Partial<TaskRequest>[]): TaskToOpen[] {
  const world = new World(makeState(makeRoster({ maxUnfinishedTasks: requests.length })));
  return requests.map((more) => {
    const request = { agent: 'worker', task: 'Find the hours', ...more };
    const started = startTask(world.state, world.ports, request, { cause: 'model', mode: 'background' });
    if ('refused' in started) throw new Error(started.refused.message);
    return { task: started.task, request };
  });
}

describe('tasks that a step starts', () => {
  it('are opened by one activity, though they are hundreds', () => {
    const tasks = queue(Array.from({ length: 200 }, () => ({})));
    expect(toPayloads(tasks)).toEqual([tasks]);
  });

  it('are opened by several in their order where their texts are long, none of which gets 256 KiB', () => {
    const tasks = queue([
      ...Array.from({ length: 5 }, () => ({ task: '語'.repeat(30_000) })),
      { task: '語'.repeat(64 * 1024) },
      {},
    ]);
    const payloads = toPayloads(tasks);
    expect(payloads.map(({ length }) => length)).toEqual([2, 2, 1, 2]);
    expect(payloads.flat()).toEqual(tasks);
    for (const payload of payloads) {
      const json = JSON.stringify({ depth: 1, tasks: payload.map(toNewTask) });
      expect(Buffer.byteLength(json)).toBeLessThan(LIMIT_BYTES);
    }
  });

  it('bring only what was said of them', () => {
    const [short, long] = queue([
      {},
      { expectedOutput: 'One line.', context: 'all', attachments: ['file_1'] },
    ]);
    expect(Object.keys(toNewTask(short!)).toSorted()).toEqual(['agent', 'queuedAt', 'task', 'text', 'title']);
    expect(toNewTask(long!)).toMatchObject({
      ...{ text: 'Find the hours', expectedOutput: 'One line.', context: 'all', attachments: ['file_1'] },
    });
  });
});
