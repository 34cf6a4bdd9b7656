import { describe, expect, it } from '@jest/globals';
import { loseStream } from '../../cli/chat-stream.ts';
import { EMPTY_VIEW, showEvent } from '../../cli/chat-view.ts';
import type { ChatView, FeedEvent } from '../../cli/chat-view.ts';
import {
  asked,
  committed,
  delta,
  progress,
  queued,
  stepStarted,
  taskFinished,
  taskQueued,
  taskStarted,
  turnFinished,
  turnStarted,
} from './feed-events.ts';

const TASK = 'agent_task_1a2b3c4d-0000-4000-8000-000000000000';

/** A view that is connected: what begins after offset 0 is streamed whole. */
const connected: ChatView = { ...EMPTY_VIEW, stream: { ...EMPTY_VIEW.stream, completeFrom: 0 } };

type Happening = FeedEvent | 'lost' | { caughtUpAt: number };

/** What stands on the screen after these events. */
function watch(happenings: Happening[], begin: ChatView = connected): string {
  let view = begin;
  let text = '';
  for (const event of happenings) {
    if (event === 'lost') view = { ...view, stream: loseStream(view.stream) };
    else if ('caughtUpAt' in event)
      view = { ...view, stream: { ...view.stream, completeFrom: event.caughtUpAt } };
    else {
      const [next, output] = showEvent(view, event);
      view = next;
      for (const item of output) {
        if (item.kind !== 'piece' && text !== '' && !text.endsWith('\n')) text += '\n';
        if (item.kind === 'line') text += `${item.text}\n`;
        if (item.kind === 'piece') text += item.text;
      }
    }
  }
  return text;
}

describe('a reply in the chat', () => {
  it('is printed as it streams, once', () => {
    const events = [
      stepStarted(1),
      delta('Hello '),
      delta('there.'),
      committed(2, 'Hello there.'),
      turnFinished(3),
    ];
    expect(watch(events)).toBe('root: Hello there.\n');
  });

  it('is printed from its first word when deltas come before the step that they belong to', () => {
    expect(watch([delta('Hel'), stepStarted(1), delta('lo.'), committed(2, 'Hello.')])).toBe(
      'root: Hello.\n',
    );
  });

  it('is printed whole when nothing was streamed, or when its deltas come too late', () => {
    expect(watch([stepStarted(1), committed(2, 'Hello.'), delta('Hello.')])).toBe('root: Hello.\n');
  });

  it('is not doubled when the connection was lost in its middle', () => {
    const events = [
      stepStarted(1),
      delta('One two '),
      'lost' as const,
      { caughtUpAt: 1 },
      delta('four '),
      committed(2, 'One two three four five.'),
    ];
    expect(watch(events)).toBe('root: One two three four five.\n');
  });

  it('waits for its end when its beginning was missed', () => {
    const events = [
      { caughtUpAt: 5 },
      delta('middle '),
      stepStarted(4),
      delta('end.'),
      committed(6, 'Begin middle end.'),
    ];
    expect(watch(events)).toBe('root: Begin middle end.\n');
  });

  it('begins anew, and says so, when an attempt failed', () => {
    const reset: FeedEvent = {
      type: 'attempt.reset',
      turn: 1,
      step: 1,
      attempt: 1,
      reason: 'model.connection',
    };
    const events = [stepStarted(1), delta('Wro'), reset, delta('Right.', 1, 1, 2), committed(2, 'Right.')];
    expect(watch(events)).toBe(
      'root: Wro\n· that answer is void (model.connection); it begins anew\nroot: Right.\n',
    );
  });

  it('is told whole when an attempt failed while nobody was connected', () => {
    const events = [stepStarted(1), delta('Wro'), 'lost' as const, committed(2, 'Right.')];
    expect(watch(events)).toBe('root: Wro\nroot: Right.\n');
  });

  it('tells an interruption, and the words of the system', () => {
    expect(watch([committed(1, 'I was', { status: 'interrupted' }), turnFinished(2, 'interrupted')])).toBe(
      'root: I was\n· interrupted here\n· the turn was interrupted\n',
    );
    expect(watch([committed(1, 'I could not answer.', { role: 'system' }), turnFinished(2, 'failed')])).toBe(
      '! I could not answer.\n· cause: model.rate_limited\n',
    );
  });

  it('prints nothing for a step of tool calls alone', () => {
    expect(watch([stepStarted(1), committed(2, '')])).toBe('');
  });
});

describe('tasks in the chat', () => {
  it('come and go as lines', () => {
    const events = [taskQueued(1, TASK), taskStarted(2, TASK), taskFinished(3, TASK)];
    expect(watch(events)).toBe(
      '· web_researcher started: Prices (1a2b3c4d)\n✓ web_researcher completed in 4 s: Prices\n',
    );
    expect(watch([taskQueued(1, TASK), taskFinished(2, TASK, 'failed')])).toBe(
      '✗ web_researcher failed after 4 s: Prices: The key is refused.\n',
    );
    expect(watch([taskQueued(1, TASK), taskFinished(2, TASK, 'cancelled')])).toBe(
      '■ web_researcher was stopped after 4 s: Prices\n',
    );
  });

  it('ask, and it is said how to answer', () => {
    expect(watch([taskQueued(1, TASK), asked(2, TASK, 'Which year?')])).toBe(
      '? web_researcher asks: Which year?\n  (tell me what to answer, or say it yourself: /tell 1a2b3c4d …)\n',
    );
  });

  it('say at which step they have read the words to them, or that they never did', () => {
    const steered = { type: 'task.steered' as const, at: '', task: TASK, message: 'm' };
    const read = { ...steered, offset: 2, turn: 1, appliedAtStep: 3 };
    expect(watch([taskQueued(1, TASK), read])).toBe(
      '· web_researcher has read the words to it (turn 1, step 3): Prices\n',
    );
    expect(watch([taskQueued(1, TASK), { ...read, turn: null, appliedAtStep: null }])).toBe(
      '· web_researcher had not read the last words to it when it ended: Prices\n',
    );
  });

  it('that need a larger budget say so, with what to do, and who extended it', () => {
    const use = { unit: 'tokens' as const, used: 98, limit: 100 };
    const at = '2026-01-01T00:00:00.000Z';
    const exhausted = { type: 'budget.exhausted' as const, at, task: TASK, asks: true, ...use };
    const none = { costUsd: null, seconds: null };
    const more = { type: 'budget.extended' as const, at, tokens: 500, ...none, by: 'ann' };
    const events: FeedEvent[] = [
      taskQueued(1, TASK),
      { type: 'budget.warned', at, offset: 2, task: null, scope: 'tree', ...use },
      { ...exhausted, offset: 3, scope: 'task' },
      { ...exhausted, offset: 4, scope: 'tree' },
      { ...more, offset: 5, task: TASK },
      { ...more, offset: 6, task: null },
    ];
    const tree = '98 tokens of the 100 tokens of this conversation with all its tasks';
    expect(watch(events).split('\n')).toEqual([
      `! ${tree} are used`,
      '? web_researcher waits for a larger budget: it has used 98 tokens of the 100 tokens of this task',
      '  (give a new limit: /extend 1a2b3c4d tokens=…, or stop it: /stop 1a2b3c4d)',
      `? web_researcher waits for a larger budget: it has used ${tree}`,
      '  (give a new limit: /budget tokens=…, or stop it: /stop 1a2b3c4d)',
      '· the budget of web_researcher is now tokens=500 (set by ann)',
      '· the budget of this session with all its tasks is now tokens=500 (set by ann)',
      '',
    ]);
  });

  it('tell their progress when it says something new, and none after their end', () => {
    const events = [
      taskQueued(1, TASK),
      progress(TASK, 'Reading', 30),
      progress(TASK, 'Reading', 30),
      progress(TASK, null),
      progress(TASK, 'Writing'),
      taskFinished(2, TASK),
      progress(TASK, 'Late'),
    ];
    expect(watch(events)).toBe(
      '· web_researcher: Reading (30 %)\n· web_researcher: Writing\n✓ web_researcher completed in 4 s: Prices\n',
    );
  });

  it('break into a streaming reply without losing a word of it', () => {
    const events = [
      taskQueued(1, TASK),
      stepStarted(2),
      delta('One '),
      taskFinished(3, TASK),
      delta('two.'),
      committed(4, 'One two.'),
    ];
    expect(watch(events)).toBe('root: One \n✓ web_researcher completed in 4 s: Prices\ntwo.\n');
  });
});

describe('the chat view', () => {
  it('shows messages of others, and not those that were typed here', () => {
    const begin = { ...connected, sent: ['mine'] };
    expect(watch([queued(1, 'mine'), queued(2, 'theirs'), queued(3, 'mine')], begin)).toBe(
      '› theirs\n› mine\n',
    );
  });

  it('knows which turn runs and when the session is closed', () => {
    const [running] = showEvent(connected, turnStarted(1, 7));
    expect(running.turn).toBe(7);
    expect(showEvent(running, turnFinished(2))[0].turn).toBeNull();
    const closed: FeedEvent = { type: 'session.closed', offset: 3, at: '', reason: 'done' };
    expect(showEvent(running, closed)[0].isClosed).toBe(true);
  });

  it('passes over events that it does not know', () => {
    const unknown = { type: 'moon.rose', offset: 1, at: '' } as unknown as FeedEvent;
    expect(showEvent(connected, unknown)).toEqual([connected, []]);
  });
});
