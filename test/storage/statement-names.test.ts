import { describe, expect, it } from '@jest/globals';
import { StatementNames } from '../../storage/statement-names.ts';

describe('the name of a statement', () => {
  it('is given when the statement comes again, and stays', () => {
    const names = new StatementNames();
    expect(names.nameOf('select 1')).toBeUndefined();
    const name = names.nameOf('select 1');
    expect(name).toBeDefined();
    expect(names.nameOf('select 1')).toBe(name);
    names.nameOf('select 2');
    expect(names.nameOf('select 2')).not.toBe(name);
  });

  it('is given to 200 statements at most, and to none that is very long', () => {
    const names = new StatementNames();
    const twice = (sql: string) => [names.nameOf(sql), names.nameOf(sql)][1];
    expect(twice(`select ${'1'.repeat(8_000)}`)).toBeUndefined();
    const given = Array.from({ length: 300 }, (_, index) => twice(`select ${index}`));
    expect(new Set(given.filter((name) => name !== undefined)).size).toBe(200);
    expect(names.nameOf('select 7')).toBe(given[7]);
  });
});
