/** What a run leaves behind: a JSON file with every sample, and the table in a document. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';

export interface RunDescription {
  at: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  node: string;
  commit: string;
  /** Of one minute before the run: what else the machine was doing. */
  loadBefore: number;
  quick: boolean;
}

const folder = new URL('./results/', import.meta.url);

export function describeRun({ quick }: { quick: boolean }): RunDescription {
  const [load = 0] = loadavg();
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain') === '' ? '' : ' with changes';
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    commit: git('rev-parse', '--short', 'HEAD') + changed,
    loadBefore: Math.round(load * 10) / 10,
    quick,
  };
}

/** Gives the path. */
export function writeResults(results: RunDescription & { seconds: number; findings: Finding[] }): string {
  mkdirSync(folder, { recursive: true });
  const path = fileURLToPath(new URL(`${results.at.replaceAll(/[:.]/g, '-')}.json`, folder));
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  return path;
}

const MARKS = ['<!-- measured: begin -->', '<!-- measured: end -->'] as const;

/** Puts the table between the marks of a Markdown file. */
export function writeTable(path: string, run: RunDescription, table: string): void {
  const text = readFileSync(path, 'utf8');
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`${path} needs a line ${MARKS[0]} and a line ${MARKS[1]}`);
  const of = `Measured on ${run.at.slice(0, 10)} with commit ${run.commit}: ${run.cpu}, ${run.cores} cores, ${run.memoryGiB} GiB, Node ${run.node}${run.quick ? ', a quick run' : ''}.`;
  const parts = [text.slice(0, begin + MARKS[0].length), '', of, '', `${table}${text.slice(end)}`];
  writeFileSync(path, parts.join('\n'));
}
