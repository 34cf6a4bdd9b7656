/** A terminal of a few rows for tests: a keyboard to type on, and a screen that can be read. */
import { PassThrough, Writable } from 'node:stream';

const ESCAPE = String.fromCharCode(27);
const CONTROL = new RegExp(`^${ESCAPE}\\[(\\d*)(?:;\\d+)?([ABCDGJK])`);

export interface Terminal {
  input: PassThrough & { isTTY: true; setRawMode(): void };
  output: Writable & { isTTY: true; columns: number };
  /** Rows as a person sees them. */
  read(): string[];
}

export function createTerminal(columns: number): Terminal {
  const rows: string[] = [''];
  const cursor = { row: 0, column: 0 };
  const put = (character: string): void => {
    if (cursor.column >= columns) {
      cursor.row += 1;
      cursor.column = 0;
    }
    while (rows.length <= cursor.row) rows.push('');
    const row = (rows[cursor.row] ?? '').padEnd(cursor.column);
    rows[cursor.row] = row.slice(0, cursor.column) + character + row.slice(cursor.column + 1);
    cursor.column += 1;
  };
  const control = (count: number, name: string): void => {
    if (name === 'A') cursor.row = Math.max(0, cursor.row - count);
    if (name === 'B') cursor.row += count;
    if (name === 'C') cursor.column += count;
    if (name === 'D') cursor.column = Math.max(0, cursor.column - count);
    if (name === 'G') cursor.column = count - 1;
    if (name === 'J') rows.splice(cursor.row + 1);
    if (name === 'J' || name === 'K') rows[cursor.row] = (rows[cursor.row] ?? '').slice(0, cursor.column);
  };
  const write = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) {
      const match = CONTROL.exec(text.slice(at));
      if (match !== null) {
        control(Number(match[1] === '' || match[2] === 'J' ? 1 : match[1]), match[2] ?? '');
        at += match[0].length - 1;
      } else if (text[at] === '\n') {
        cursor.row += 1;
        cursor.column = 0;
      } else if (text[at] === '\r') cursor.column = 0;
      else put(text[at] ?? '');
    }
  };
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      write(chunk.toString());
      done();
    },
  });
  return {
    input: Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => undefined }),
    output: Object.assign(output, { isTTY: true as const, columns }),
    read: () => rows.map((row) => row.trimEnd()),
  };
}
