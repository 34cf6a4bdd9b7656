import { describe, expect, it } from '@jest/globals';
import { toMilestone } from '../../core/to-milestone.ts';
import { NO_USAGE } from '../../protocol/content.ts';
import type { EventBody } from '../../protocol/events.ts';

const session = { workspace: 'default', session: 'ses_1', task: null };
const finished: EventBody = {
  ...{ type: 'task.finished', task: 'agent_task_1', agent: 'researcher', title: 'Words', depth: 1 },
  ...{ status: 'failed', partial: false, usage: NO_USAGE, runtimeMs: 20, files: 0 },
  error: { type: 'model.denied', message: 'Words of a provider' },
};

describe('what operators hear of a conversation', () => {
  it('is how a turn ended, with the type of its failure and not with its words', () => {
    const error = { type: 'model.denied', message: 'Words of a provider' };
    const event: EventBody = { type: 'turn.finished', turn: 2, outcome: 'failed', error, usage: NO_USAGE };
    expect(toMilestone(session, event)).toEqual({
      ...{ type: 'turn.finished', turn: 2, outcome: 'failed', failure: 'model.denied' },
    });
  });

  it('is the end of a task once, though two feeds have it, and without its title', () => {
    expect(toMilestone(session, finished)).toEqual({
      ...{
        type: 'task.finished',
        task: 'agent_task_1',
        status: 'failed',
        failure: 'model.denied',
        runtimeMs: 20,
      },
    });
    expect(toMilestone({ ...session, task: 'agent_task_1' }, finished)).toBeNull();
  });

  it('is nothing of what was said', () => {
    expect(toMilestone(session, { type: 'notice', code: 'test', text: 'Words' })).toBeNull();
  });
});
