/** The table of a run of the harness: who was killed when, and what came of it. */
import type { RoundResult } from './run-round.ts';

interface Row {
  rounds: number;
  turns: number;
  tasks: number;
  requests: number;
  afterTrouble: number;
  afterLoss: number;
  violations: number;
}

const COLUMNS = [
  'killed',
  'in the middle of',
  'rounds',
  'turns',
  'tasks',
  'model calls',
  'again after trouble',
  'again after a loss',
  'violations',
];

/** Markdown: a line for each pair of target and moment, and one for all. */
export function renderTable(results: readonly RoundResult[]): string {
  const rows = new Map<string, Row>();
  for (const result of results) {
    const { target, by, moment } = result.plan;
    const whom = by === 'SIGTERM' ? `${target}, by SIGTERM` : target;
    for (const key of [`${whom} | ${moment}`, 'all | ']) {
      const row = rows.get(key) ?? makeRow();
      add(row, result);
      rows.set(key, row);
    }
  }
  const lines = [...rows.entries()]
    .toSorted(([a], [b]) => Number(a === 'all | ') - Number(b === 'all | ') || (a < b ? -1 : 1))
    .map(([key, row]) => `| ${key} | ${Object.values(row).join(' | ')} |`);
  return [`| ${COLUMNS.join(' | ')} |`, `|${' --- |'.repeat(COLUMNS.length)}`, ...lines, ''].join('\n');
}

function makeRow(): Row {
  return { rounds: 0, turns: 0, tasks: 0, requests: 0, afterTrouble: 0, afterLoss: 0, violations: 0 };
}

function add(row: Row, result: RoundResult): void {
  row.rounds += 1;
  row.turns += result.turns;
  row.tasks += result.tasks;
  row.requests += result.requests;
  row.afterTrouble += result.afterTrouble;
  row.afterLoss += result.afterLoss;
  row.violations += result.violations.length;
}
