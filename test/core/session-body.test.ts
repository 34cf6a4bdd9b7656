import { describe, expect, it } from '@jest/globals';
import { toSessionBody } from '../../core/session-body.ts';

const session = {
  id: 'ses_1',
  workspace: 'default',
  team: { name: 'clinic', version: 'v1' },
  user: 'user-1',
  metadata: { line: 3 },
  createdAt: 0,
};
const situation = { agent: 'desk', variables: { name: 'Ada' }, now: 1500 };

describe('the body of a function’s request', () => {
  it('tells the session, in a call the arguments too', () => {
    expect(toSessionBody(session, { ...situation, phase: 'during', params: { order: 'A1' } })).toEqual({
      sessionId: 'ses_1',
      workspace: 'default',
      team: { name: 'clinic', version: 'v1' },
      agent: { name: 'desk' },
      user: { id: 'user-1' },
      metadata: { line: 3 },
      dynamicVariables: { name: 'Ada' },
      createdAt: '1970-01-01T00:00:00.000Z',
      time: '1970-01-01T00:00:01.500Z',
      phase: 'during',
      params: { order: 'A1' },
    });
  });

  it('tells the analysis after a session only, and the answer of the agent before where there is one', () => {
    const pre = toSessionBody(
      { ...session, user: { id: 'u', name: 'Ada' } },
      { ...situation, phase: 'pre', response: 'x' },
    );
    expect(pre).toMatchObject({ user: { id: 'u', name: 'Ada' }, response: 'x' });
    expect(pre).not.toHaveProperty('analysis');
    expect(pre).not.toHaveProperty('params');
    const post = toSessionBody({ ...session, user: null }, { ...situation, phase: 'post' });
    expect(post).toMatchObject({ user: null, analysis: null });
    expect(toSessionBody(session, { ...situation, phase: 'post', analysis: { mood: 'good' } })).toMatchObject(
      {
        analysis: { mood: 'good' },
      },
    );
  });
});
