import { describe, expect, it } from '@jest/globals';
import { renderContext, renderTaskText } from '../../core/task-text.ts';
import type { TranscriptRow } from '../../protocol/transcript.ts';

const plain = {
  text: 'Find the hours.',
  expectedOutput: null,
  variables: {},
  attachments: [],
  missing: [],
  context: null,
};

function makeRow(role: TranscriptRow['role'], text: string): TranscriptRow {
  return {
    place: [1, 1, 0],
    id: 'm',
    role,
    kind: role,
    agent: null,
    content: [
      { type: 'thinking', text: 'secret' },
      { type: 'text', text },
    ],
    toolCalls: [],
    call: null,
    tool: null,
    outcome: null,
    status: 'committed',
    at: 1,
    usage: null,
    model: null,
    stopReason: null,
  };
}

describe('renderTaskText', () => {
  it('is the task alone when nothing is handed over with it', () => {
    expect(renderTaskText(plain)).toBe('Find the hours.');
  });

  it('adds the expected output, the variables, the attachments by name and id, and the conversation', () => {
    const text = renderTaskText({
      ...plain,
      expectedOutput: 'One line.',
      variables: { city: 'Graz' },
      attachments: [{ id: 'file_1', name: 'plan.pdf', mediaType: 'application/pdf' }],
      missing: ['file_2'],
      context: 'User: hello',
    });
    expect(text).toBe(
      'Find the hours.\n\nExpected output: One line.\n\nVariables: {"city":"Graz"}\n\n' +
        'Attachments:\n- plan.pdf (application/pdf, id file_1)\n- file_2: not found\n\n' +
        '<conversation>\nUser: hello\n</conversation>',
    );
  });
});

describe('renderContext', () => {
  it('gives what user and assistant said, without thinking, tools and the system', () => {
    const rows = [
      makeRow('user', 'hi'),
      makeRow('tool', 'x'),
      makeRow('system', 'y'),
      makeRow('assistant', 'ho'),
    ];
    expect(renderContext(rows, 'all')).toBe('User: hi\n\nAssistant: ho');
  });

  it('gives the last messages when the recent ones are asked for', () => {
    const rows = Array.from({ length: 30 }, (_, index) => makeRow('user', `message ${index}.`));
    expect(renderContext(rows, 'recent')).not.toContain('message 9.');
    expect(renderContext(rows, 'recent')).toContain('message 10.');
    expect(renderContext(rows, 'all')).toContain('message 0.');
  });

  it('leaves out the oldest messages of a very long conversation', () => {
    const rows = Array.from({ length: 60 }, (_, index) => makeRow('user', `${index}: ${'x'.repeat(7000)}`));
    const context = renderContext(rows, 'all') ?? '';
    expect(context.length).toBeLessThan(210_000);
    expect(context).toContain('User: 59:');
    expect(context).not.toContain('User: 0:');
  });

  it('is null when nothing was said', () => {
    expect(renderContext([makeRow('tool', 'x')], 'all')).toBeNull();
  });
});
