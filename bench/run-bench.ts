/**
 * `npm run bench -- [--quick] [--only ROW] [--write docs/performance.md]`: measures Offstage beside a bare workflow on
 * the same server, prints the table, and writes bench/results/<time>.json.
 */
import { parseArgs } from 'node:util';
import { toFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { renderTable } from './render-table.ts';
import { rows } from './rows/all-rows.ts';
import { openBenchSite } from './site/bench-site.ts';
import { describeRun, writeResults, writeTable } from './write-results.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'string' },
  },
});
const unknown = values.only.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(
    `No row is named ${unknown.join(', ')}. There are: ${rows.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}
const report = (line: string): void => console.error(line);
const begin = Date.now();
const chosen = rows.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
const run = describeRun({ quick: values.quick });
report(`${run.cpu}, ${run.cores} cores, Node ${run.node}, commit ${run.commit}`);
const site = await openBenchSite(report);
const findings: Finding[] = [];
try {
  for (const row of chosen) {
    const rowBegin = Date.now();
    const measured = await row.measure(site, { size: values.quick ? 0.1 : 1, report });
    findings.push(...measured.map((one) => toFinding(row.name, one)));
    report(`${row.name}: ${((Date.now() - rowBegin) / 1000).toFixed(0)} s`);
  }
} finally {
  await site.close();
}
const table = renderTable(findings);
console.log(`\n${table}`);
const path = writeResults({ ...run, seconds: Math.round((Date.now() - begin) / 1000), findings });
console.log(`Samples: ${path}`);
if (values.write !== undefined) writeTable(values.write, run, table);
process.exit();
