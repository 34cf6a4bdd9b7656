import { describe, expect, it } from '@jest/globals';
import { answerCommandOnce } from '../../core/answer-command-once.ts';
import { toCarriedState } from '../../core/rollover.ts';
import { World } from './hand-driven.ts';

describe('a command that is sent again', () => {
  it('gets its first answer and does nothing, also in the run after a rollover', () => {
    const { state } = new World();
    let done = 0;
    const command = () => ({ done: (done += 1) });
    expect(answerCommandOnce(state, 'r1', command)).toEqual({ done: 1 });
    expect(answerCommandOnce(state, 'r2', command)).toEqual({ done: 2 });
    const carried = toCarriedState(state);
    expect(answerCommandOnce(carried, 'r1', command)).toEqual({ done: 1 });
    expect(done).toBe(2);
  });

  it('is remembered while thirty others come, and the state does not grow with all that ever came', () => {
    const { state } = new World();
    for (let request = 0; request < 31; request += 1) answerCommandOnce(state, `r${request}`, () => request);
    expect(answerCommandOnce(state, 'r0', () => 'anew')).toBe(0);
    for (let request = 31; request < 1000; request += 1)
      answerCommandOnce(state, `r${request}`, () => request);
    expect(state.answered.length).toBeLessThan(40);
  });
});
