import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createChatScreen } from '../../cli/chat-screen.ts';
import { createTerminal } from './terminal.ts';

describe('the chat screen on a terminal', () => {
  it('prints above the prompt and keeps what was typed', async () => {
    const terminal = createTerminal(20);
    const screen = createChatScreen(terminal.input, terminal.output);
    terminal.input.write('half a wo');
    await turnOfEventLoop();
    screen.show([{ kind: 'line', text: '· a task started' }]);
    screen.show([{ kind: 'piece', text: 'root: Hel' }]);
    expect(terminal.read()).toEqual(['· a task started', 'root: Hel', '› half a wo']);
    screen.show([{ kind: 'piece', text: 'lo, how are you today?' }]);
    expect(terminal.read()).toEqual([
      '· a task started',
      'root: Hello, how are',
      'you today?',
      '› half a wo',
    ]);
    screen.show([{ kind: 'end' }, { kind: 'line', text: 'next' }]);
    terminal.input.write('rd');
    await turnOfEventLoop();
    expect(terminal.read().slice(-3)).toEqual(['you today?', 'next', '› half a word']);
    screen.close();
  });

  it('keeps a typed text that takes more than a row', async () => {
    const terminal = createTerminal(10);
    const screen = createChatScreen(terminal.input, terminal.output);
    terminal.input.write('abcdefghijklm');
    await turnOfEventLoop();
    screen.show([{ kind: 'line', text: 'one' }]);
    screen.show([{ kind: 'line', text: 'two' }]);
    expect(terminal.read()).toEqual(['one', 'two', '› abcdefgh', 'ijklm']);
    screen.close();
  });

  it('hands over lines, and goes on below them', async () => {
    const terminal = createTerminal(20);
    const screen = createChatScreen(terminal.input, terminal.output);
    const lines: string[] = [];
    screen.onLine((line) => lines.push(line));
    screen.show([{ kind: 'piece', text: 'root: One' }]);
    terminal.input.write('hi\r');
    await turnOfEventLoop();
    screen.show([{ kind: 'piece', text: ' two' }, { kind: 'end' }]);
    expect(lines).toEqual(['hi']);
    expect(terminal.read()).toEqual(['root: One', '› hi', ' two', '›']);
    screen.close();
    screen.show([{ kind: 'line', text: 'after' }]);
    expect(terminal.read().at(-1)).toBe('after');
  });
});
