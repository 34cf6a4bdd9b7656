/** What is wrong with a file, or not as its writer may think, and where. */

export interface Finding {
  /** Such as `agents.root.sub_agents[0]`; empty for the file as a whole. */
  path: string;
  message: string;
  /** From 1. */
  line: number;
  column: number;
}

export type Path = readonly (string | number)[];

/** Whether a finding is about a key itself (an unknown one) or about what it holds. */
export type Spot = 'key' | 'value';

export interface FindingsReport {
  errors: Finding[];
  warnings: Finding[];
  error(path: Path, message: string, spot?: Spot): void;
  warn(path: Path, message: string, spot?: Spot): void;
}

export type Locate = (path: Path, spot: Spot) => { line: number; column: number };

export function createReport(locate: Locate): FindingsReport {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const told = new Set<string>();
  const add = (findings: Finding[], path: Path, message: string, spot: Spot): void => {
    const finding = { path: formatPath(path), message, ...locate(path, spot) };
    const key = `${finding.path}\n${message}`;
    if (!told.has(key)) findings.push(finding);
    told.add(key);
  };
  return {
    errors,
    warnings,
    error: (path, message, spot = 'value') => add(errors, path, message, spot),
    warn: (path, message, spot = 'key') => add(warnings, path, message, spot),
  };
}

export function byPlace(left: Finding, right: Finding): number {
  return left.line - right.line || left.column - right.column;
}

function formatPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
