/** The findings as a Markdown table. */
import type { Finding } from './finding.ts';
import type { Goal } from './statistics.ts';

const HEAD = ['what', 'ours', 'against', 'ratio', 'goal', 'met'];

export function renderTable(findings: readonly Finding[]): string {
  const lines = findings.map(renderLine);
  return [`| ${HEAD.join(' | ')} |`, `|${' --- |'.repeat(HEAD.length)}`, ...lines, ''].join('\n');
}

export const renderLine = (finding: Finding): string => `| ${toCells(finding).join(' | ')} |`;

function toCells({ what, unit, ours, against, ratio, goal, met }: Finding): string[] {
  const isRatio = ratio !== null;
  return [
    what,
    `${show(ours)} ${unit}`,
    against === null ? '–' : `${show(against)} ${unit}`,
    isRatio ? `${ratio.toFixed(2)}×` : '–',
    goal === null ? 'reported' : showGoal(goal, isRatio ? '×' : ` ${unit}`),
    met === null ? '–' : met ? 'yes' : '**no**',
  ];
}

const showGoal = (goal: Goal, unit: string): string =>
  'atMost' in goal ? `≤ ${goal.atMost}${unit}` : `≥ ${goal.atLeast}${unit}`;

const show = (value: number): string => (value < 100 ? value.toFixed(1) : Math.round(value).toString());
