import type { SettingsSource } from '../config/inspect-settings.ts';
import { inspectSettings } from '../config/inspect-settings.ts';

/** `offstage settings`: every setting, its value and where it is from. Returns the exit code. */
export function printSettings(source: SettingsSource, print: (line: string) => void): number {
  const { rows, problems, warnings } = inspectSettings(source);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, shown, origin, what } of rows) {
    const from = origin === 'not set' ? '' : ` (${origin})`;
    print(`${name.padEnd(width)}  ${shown}${from}`);
    print(`${' '.repeat(width)}  ${what}`);
  }
  for (const warning of warnings) print(`Warning: ${warning}`);
  for (const { name, problem } of problems) print(`Wrong: ${name} ${problem}`);
  return problems.length > 0 ? 1 : 0;
}
