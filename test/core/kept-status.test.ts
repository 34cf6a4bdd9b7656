import { describe, expect, it } from '@jest/globals';
import type { TaskRecord } from '../../core/conversation-state.ts';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { markKept, unkeptStatuses } from '../../core/kept-status.ts';
import { messageTask } from '../../core/message-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { takeQuestion } from '../../core/task-question.ts';
import { World } from './hand-driven.ts';

function asks(world: World, task: TaskRecord, step = 1): void {
  takeQuestion(world.state, world.ports, { task: task.id, turn: 1, step });
}

function answer(world: World, task: TaskRecord): void {
  const message = { id: 'a', hash: 'a', content: [] };
  messageTask(world.state, world.ports, task, { message, mode: 'append' });
}

describe('what the store is told of where tasks stand', () => {
  const kept = (world: World): string[] => {
    const statuses = unkeptStatuses(world.state);
    markKept(world.state, statuses);
    return statuses.map(({ status, asks: question }) => `${status}${question === null ? '' : ' asks'}`);
  };

  it('is nothing of one that only runs, and all changes of one that has stood still', () => {
    const world = new World();
    const task = world.task('t1');
    expect(kept(world)).toEqual([]);
    asks(world, task);
    expect(kept(world)).toEqual(['waiting_input asks']);
    expect(kept(world)).toEqual([]);
    pauseTask(world.state, world.ports, task);
    expect(kept(world)).toEqual(['paused asks']);
    answer(world, task);
    expect(kept(world)).toEqual(['paused']);
    resumeTask(world.state, world.ports, task);
    expect(kept(world)).toEqual(['running']);
    requestStop(world.state, world.ports, task);
    expect(kept(world)).toEqual(['cancelling']);
    world.finish('t1', { status: 'cancelled' });
    expect(kept(world)).toEqual([]);
  });

  it('waits until the task is in the store', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'unopened';
    pauseTask(world.state, world.ports, task);
    expect(kept(world)).toEqual([]);
    task.launch = 'opened';
    expect(kept(world)).toEqual(['paused']);
  });
});
