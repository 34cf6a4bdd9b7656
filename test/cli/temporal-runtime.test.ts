import { describe, expect, it } from '@jest/globals';
import { toLogLine } from '../../cli/temporal-runtime.ts';

const core = { sdkComponent: 'core', runId: 'r1', failure: 'what was said' };

describe('what Temporal says of itself', () => {
  it('is told without what may be content', () => {
    const metadata = { workflowId: 'ws/default/session/s', input: 'what was said' };
    expect(toLogLine('WARN', 'Workflow failed: what was said', metadata)).toEqual({
      level: 'warn',
      fields: { workflowId: 'ws/default/session/s' },
      words: 'Workflow failed',
    });
    expect(toLogLine('WARN', 'Activity failed', {})).toMatchObject({ level: 'debug' });
    expect(toLogLine('INFO', 'Worker state changed', {})).toMatchObject({ level: 'debug' });
  });

  it('has of its native part the errors, and the workflow that cannot go on', () => {
    expect(toLogLine('WARN', 'Failing workflow task', core)).toEqual({
      level: 'warn',
      fields: { sdkComponent: 'core', runId: 'r1' },
      words: 'Failing workflow task',
    });
    expect(toLogLine('WARN', 'Error while polling', core)).toBeNull();
    expect(toLogLine('ERROR', 'Cannot connect', core)).toMatchObject({ level: 'error' });
  });
});
