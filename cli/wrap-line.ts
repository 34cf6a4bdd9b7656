const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** Rows of at most `columns` cells each, broken between words where there are any. Never empty. */
export function wrapLine(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let cells = 0;
  for (const character of line) {
    const width = WIDE.test(character) ? 2 : 1;
    if (cells + width > columns) {
      if (character === ' ') {
        rows.push(row);
        row = '';
        cells = 0;
        continue;
      }
      const space = row.lastIndexOf(' ');
      const cut = space > 0 ? space + 1 : row.length;
      rows.push(row.slice(0, cut).trimEnd());
      row = row.slice(cut);
      cells = countCells(row);
    }
    row += character;
    cells += width;
  }
  return [...rows, row];
}

function countCells(text: string): number {
  return [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}
