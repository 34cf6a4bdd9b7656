import { describe, expect, it } from '@jest/globals';
import { findBadNames } from '../../scripts/find-bad-names.mjs';

describe('the naming rule', () => {
  it.each([
    ['core/turnLoop.ts'],
    ['core/Turn.ts'],
    ['api/utils.ts'],
    ['api/date-utils.ts'],
    ['core/helpers/round.ts'],
    ['storage/common.ts'],
    ['test/misc.test.ts'],
  ])('reports %s', (file) => {
    expect(findBadNames([file])).toEqual([expect.stringContaining(file)]);
  });

  it('lets pass files named after what they hold, and what is not source', () => {
    const files = ['core/turn.ts', '.dependency-cruiser.cjs', 'test/core/turn.test.ts', 'README.md'];
    expect(findBadNames(files)).toEqual([]);
  });
});
