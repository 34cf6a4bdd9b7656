/**
 * `npm run bench -- [--quick] [--only ROW] [--write FILE] [--profile FOLDER]`: measures Offstage beside a bare workflow
 * on the same server, prints the table, and writes bench/results/<time>.json.
 */
import { parseArgs } from 'node:util';
import { toFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { renderLine, renderTable } from './render-table.ts';
import { rows } from './rows/all-rows.ts';
import type { RowOptions } from './rows/row.ts';
import { openBenchSite } from './site/bench-site.ts';
import { describeRun, writeResults, writeTable } from './write-results.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'string' },
    profile: { type: 'string' },
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
const site = await openBenchSite({ report, profileFolder: values.profile });
const findings: Finding[] = [];
try {
  for (const row of chosen) {
    const rowBegin = Date.now();
    const options: RowOptions = {
      ...{ size: values.quick ? 0.1 : 1, report },
      found(...measured) {
        const found = measured.map((one) => toFinding(row.name, one));
        findings.push(...found);
        for (const finding of found) report(`  ${renderLine(finding)}`);
      },
    };
    // A row that cannot be measured is told, and does not take the others with it.
    await row.measure(site, options).catch((error: unknown) => {
      process.exitCode = 1;
      report(`${row.name} was not measured: ${String(error)}`);
    });
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
process.exit(process.exitCode);
