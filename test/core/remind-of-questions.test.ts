import { describe, expect, it } from '@jest/globals';
import type { TaskRecord } from '../../core/conversation-state.ts';
import { messageTask } from '../../core/message-task.ts';
import { remindOfQuestions } from '../../core/remind-of-questions.ts';
import { takeQuestion } from '../../core/task-question.ts';
import { makeState, World } from './hand-driven.ts';

function asks(world: World, task: TaskRecord, step = 1): void {
  takeQuestion(world.state, world.ports, { task: task.id, turn: 1, step });
}

function answer(world: World, task: TaskRecord): void {
  const message = { id: 'a', hash: 'a', content: [] };
  messageTask(world.state, world.ports, task, { message, mode: 'append' });
}

describe('a task that ends its turn while those that it started wait for its answer', () => {
  it('is told once for each question, and only when nothing else goes on', () => {
    const id = { workspace: 'default', session: 'ses_1', task: 'own' };
    const world = new World(makeState(undefined, { id }));
    const [one, two] = [world.task('t1'), world.task('t2')];
    world.task('t3', { launched: false, dependsOn: ['t1'] });
    asks(world, one);
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    world.finish(two.id);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(true);
    expect(world.state.unstored.at(-1)).toMatchObject({
      kind: 'instruction',
      text: expect.stringContaining('t1'),
    });
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    answer(world, one);
    asks(world, one, 2);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(true);
  });
});
