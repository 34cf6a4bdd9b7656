/** `npm run faults -- [--seed N] [--rounds N] [--form apart|together]`: kills what a seed says, and tells what was lost. */
import { parseArgs } from 'node:util';
import { writeFileSync } from 'node:fs';
import { quietRuntime } from '../support/temporal.ts';
import { runRound } from './run-round.ts';
import type { RoundResult } from './run-round.ts';
import { openSite } from './site.ts';
import type { Form, Site } from './site.ts';
import { renderTable } from './tally.ts';

quietRuntime();
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '20' },
    form: { type: 'string', default: 'apart' },
    table: { type: 'string', default: '' },
  },
});
const first = Number(values.seed);
const form: Form = values.form === 'together' ? 'together' : 'apart';
console.log(`seed ${first}, ${values.rounds} rounds, ${form}`);
const results: RoundResult[] = [];
let site: Site | null = null;
for (let seed = first; seed < first + Number(values.rounds); seed += 1) {
  const begin = Date.now();
  try {
    site ??= await openSite(form);
    const result = await runRound(site, seed, `r${seed}`);
    results.push(result);
    const { plan, violations } = result;
    console.log(
      `seed ${seed}: ${plan.target} by ${plan.by} at ${plan.moment}, ${result.turns} turns, ${result.tasks} tasks, ` +
        `${result.requests} model calls (${result.afterLoss} again), ${Math.round((Date.now() - begin) / 1000)} s: ` +
        (violations.length === 0 ? 'whole' : 'VIOLATED'),
    );
    for (const violation of violations) console.log(`  ${violation}`);
    if (violations.length > 0) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 1;
    console.log(`seed ${seed}: BROKEN`, error);
    console.log(site?.logs() ?? '');
    // What a round left behind would spoil the next one.
    await site?.close();
    site = null;
  }
}
const table = renderTable(results);
console.log(table);
if (values.table !== '') writeFileSync(values.table, table);
await site?.close();
process.exit();
