import { describe, expect, it } from '@jest/globals';
import { mergeVariables } from '../../core/variables.ts';

describe('variables that are set', () => {
  it('stand beside the others, and only those with another value count as changed', () => {
    expect(mergeVariables({ a: 1, b: { x: 0, c: [2] } }, { b: { c: [2], x: 0 }, d: null })).toEqual({
      variables: { a: 1, b: { c: [2], x: 0 }, d: null },
      keys: ['d'],
    });
  });

  it('are not taken, none of them, when all would be more than 64 KiB', () => {
    const full = { text: 'x'.repeat(64 * 1024 - 100) };
    expect(mergeVariables(full, { small: 'y' })).toHaveProperty('keys', ['small']);
    expect(mergeVariables(full, { small: 'y', large: 'z'.repeat(100) })).toEqual({
      problem: expect.stringContaining('64 KiB'),
    });
  });

  it('with a name that objects inherit are like any other', () => {
    const changes = JSON.parse('{"__proto__":{"polluted":true},"toString":1}') as Record<string, unknown>;
    const merged = mergeVariables({}, changes);
    expect(merged).toMatchObject({ keys: ['__proto__', 'toString'] });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
