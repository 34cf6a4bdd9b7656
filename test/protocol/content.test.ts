import { describe, expect, it } from '@jest/globals';
import { NO_USAGE, sumUsage } from '../../protocol/content.ts';

const costing = (costUsd: number | null) => ({ ...NO_USAGE, modelCalls: 1, costUsd });

describe('a sum of usage', () => {
  it('has no noise of binary fractions', () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(sumUsage([costing(0.1), costing(0.2)])).toEqual({ ...NO_USAGE, modelCalls: 2, costUsd: 0.3 });
    expect(sumUsage([costing(0.000_000_05), costing(0.000_000_005)]).costUsd).toBe(0.000_000_055);
  });

  it('of which one part is unknown is unknown', () => {
    expect(sumUsage([costing(0.1), costing(null), costing(0.2)]).costUsd).toBeNull();
  });
});
