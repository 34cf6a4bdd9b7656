import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quietRuntime } from '../support/temporal.ts';
import { runRound } from './run-round.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const TIMEOUT_MS = 300_000;
let site: Site;

beforeAll(async () => {
  quietRuntime();
  site = await openSite('apart');
}, TIMEOUT_MS);
afterAll(() => site.close(), TIMEOUT_MS);

describe('conversations, and the processes that serve them', () => {
  // Each seed is a round of `npm run faults`.
  it.each([
    [53, 'api', 'SIGKILL', 'an answer'],
    [40, 'everything', 'SIGKILL', 'an answer'],
    [94, 'main', 'SIGKILL', 'a stored answer'],
    [213, 'main', 'SIGTERM', 'a rollover'],
    [25, 'a session', 'SIGKILL', 'a model call'],
    [43, 'nobody', 'SIGKILL', 'any time'],
  ])(
    'seed %d: nothing is lost or doubled when %s ends by %s in the middle of %s',
    async (seed, target, by, moment) => {
      const { plan, violations } = await runRound(site, seed, `r${seed}`);
      expect({ target: plan.target, by: plan.by, moment: plan.moment, violations }).toEqual({
        ...{ target, by, moment },
        violations: [],
      });
    },
    TIMEOUT_MS,
  );
});
