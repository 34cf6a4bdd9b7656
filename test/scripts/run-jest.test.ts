import { describe, expect, it } from '@jest/globals';
import { countResults } from '../../scripts/run-jest.mjs';

const results = (passed: number, failed: number, broken: number): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken });

describe('the count of a test run', () => {
  it('takes a file that does not load for a failure', () => {
    expect(countResults(results(3, 1, 1), 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('takes a run without results, or one that ends badly after passing, for a failure', () => {
    expect(countResults(null, 1)).toEqual({ passed: 0, failed: 1 });
    expect(countResults(results(3, 0, 0), 1)).toEqual({ passed: 3, failed: 1 });
    expect(countResults(results(3, 0, 0), 0)).toEqual({ passed: 3, failed: 0 });
  });
});
