import { describe, expect, it } from '@jest/globals';
import { wrapLine } from '../../cli/wrap-line.ts';

describe('wrapLine', () => {
  it('breaks between words, inside a word that is longer than a row, and never drops a character of a word', () => {
    expect(wrapLine('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapLine('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapLine('', 4)).toEqual(['']);
    expect(wrapLine('as it is', Infinity)).toEqual(['as it is']);
  });

  it('counts wide characters as two cells', () => {
    expect(wrapLine('日本語日本', 4)).toEqual(['日本', '語日', '本']);
  });
});
