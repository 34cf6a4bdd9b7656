/** Prints above the prompt while a person types: what was typed is kept, and a line may still be growing. */
import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Output } from './chat-stream.ts';
import { wrapLine } from './wrap-line.ts';

export interface ChatScreen {
  show(output: Output[]): void;
  /** Lines that a person entered. */
  onLine(listener: (line: string) => void): void;
  /** Ctrl-C at the terminal. */
  onInterrupt(listener: () => void): void;
  /** The input has ended: Ctrl-D, or the end of a pipe. */
  onEnd(listener: () => void): void;
  isTerminal: boolean;
  close(): void;
}

const PROMPT = '› ';

/** `rows` are finished lines, the first of which goes on with what was growing `before`; `growing` is the last. */
type Print = (before: string, rows: string[], growing: string) => void;

export function createChatScreen(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): ChatScreen {
  const isTerminal = isTty(input) && isTty(output);
  const reader = createInterface({ input, output: isTerminal ? output : undefined, prompt: PROMPT });
  const state = { growing: '', print: isTerminal ? printAbovePrompt(reader, output) : printPlainly(output) };
  const show = (items: Output[]): void => {
    const before = state.growing;
    const rows: string[] = [];
    for (const item of items) {
      if (item.kind === 'piece') {
        const columns = isTerminal ? readColumns(output) : Infinity;
        const lines = (state.growing + item.text).split('\n').flatMap((line) => wrapLine(line, columns));
        state.growing = lines.pop() ?? '';
        rows.push(...lines);
        continue;
      }
      if (state.growing !== '') rows.push(state.growing);
      state.growing = '';
      if (item.kind === 'line') rows.push(item.text);
    }
    if (rows.length > 0 || state.growing !== before) state.print(before, rows, state.growing);
  };
  reader.once('close', () => {
    if (isTerminal) output.write('\n');
    state.print = printPlainly(output);
  });
  if (isTerminal) reader.prompt();
  return {
    show,
    onLine: (listener) =>
      reader.on('line', (line) => {
        // The line that grew stands above what was typed now; what comes next begins below it.
        if (isTerminal) state.growing = '';
        listener(line);
        if (isTerminal) reader.prompt();
      }),
    onInterrupt: (listener) => reader.on('SIGINT', listener),
    onEnd: (listener) => reader.on('close', listener),
    isTerminal,
    close: () => {
      show([{ kind: 'end' }]);
      reader.close();
    },
  };
}

function isTty(stream: NodeJS.ReadableStream | NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

function readColumns(output: NodeJS.WritableStream): number {
  return 'columns' in output && typeof output.columns === 'number' && output.columns > 0
    ? output.columns
    : 80;
}

function printPlainly(output: NodeJS.WritableStream): Print {
  return (before, rows, growing) => output.write([...rows, growing].join('\n').slice(before.length));
}

/** The prompt is taken away, the growing line is written anew with what came, and the prompt comes back below. */
function printAbovePrompt(reader: Interface, output: NodeJS.WritableStream): Print {
  return (before, rows, growing) => {
    moveCursor(output, 0, -reader.getCursorPos().rows - (before === '' ? 0 : 1));
    cursorTo(output, 0);
    clearScreenDown(output);
    const lines = growing === '' ? rows : [...rows, growing];
    output.write(lines.map((line) => `${line}\n`).join(''));
    // The rows that readline would go up by to redraw are gone already.
    Object.assign(reader, { prevRows: 0 });
    reader.prompt(true);
  };
}
