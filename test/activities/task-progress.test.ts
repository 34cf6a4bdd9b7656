import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { announceProgress } from '../../activities/task-progress.ts';
import { toLiveTopic } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import type { LiveMessage } from '../../protocol/live.ts';

let told: LiveMessage[];
let bus: MemoryBus;
let count = 0;

beforeEach(() => {
  jest.useFakeTimers();
  told = [];
  bus = new MemoryBus((error) => console.error(error));
  bus.subscribe(toLiveTopic({ workspace: 'default', session: 's', task: null }), (message) => {
    told.push(message);
  });
});
afterEach(() => {
  jest.useRealTimers();
});

function makeTask() {
  count += 1;
  return { workspace: 'default', session: 's', task: `agent_task_progress_${count}` };
}

const step = (number: number) => ({ phase: 'model' as const, step: number, tool: null });

it('tells of a task at most once a second, and of what came meanwhile the latest', async () => {
  const task = makeTask();
  announceProgress(bus, task, step(1));
  announceProgress(bus, task, step(2));
  announceProgress(bus, task, step(3));
  await jest.advanceTimersByTimeAsync(999);
  expect(told).toMatchObject([{ step: 1 }]);
  await jest.advanceTimersByTimeAsync(1);
  expect(told).toMatchObject([{ step: 1 }, { step: 3 }]);
  await jest.advanceTimersByTimeAsync(5000);
  expect(told).toHaveLength(2);
});

it('sends what the task said last of itself along with what it does', async () => {
  const task = makeTask();
  announceProgress(bus, task, { ...step(1), message: 'half of it', percent: 50 });
  await jest.advanceTimersByTimeAsync(1000);
  announceProgress(bus, task, step(2));
  await jest.advanceTimersByTimeAsync(0);
  expect(told).toMatchObject([
    { step: 1, message: 'half of it', percent: 50 },
    { step: 2, message: 'half of it', percent: 50 },
  ]);
});

it('lets one task not wait for another, and says nothing of the conversation itself', async () => {
  announceProgress(bus, makeTask(), step(1));
  announceProgress(bus, makeTask(), step(1));
  announceProgress(bus, { workspace: 'default', session: 's', task: null }, step(1));
  await jest.advanceTimersByTimeAsync(0);
  expect(told).toHaveLength(2);
});
