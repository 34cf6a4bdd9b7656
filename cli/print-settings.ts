import { resolve } from 'node:path';
import type { SettingRow, SettingsSource } from '../config/inspect-settings.ts';
import { inspectSettings } from '../config/inspect-settings.ts';
import { settingsTable } from '../config/settings-table.ts';
import type { SettingDefinition, SettingValues } from '../config/settings-table.ts';
import { openWebhookSecret } from '../config/webhook-secret.ts';

interface PrintSettings {
  source: SettingsSource;
  /** Whether secrets are shown, too: the one that signs requests is made where there is none yet. */
  secrets: boolean;
}

/** `offstage settings`: every setting, its value and where it is from. Returns the exit code. */
export function printSettings({ source, secrets }: PrintSettings, print: (line: string) => void): number {
  const { rows: hidden, values, problems, warnings } = inspectSettings(source);
  const rows = secrets ? hidden.map((row) => ({ ...row, shown: reveal(row, source, values) })) : hidden;
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

function reveal({ name, shown }: SettingRow, { cwd }: SettingsSource, values: SettingValues): string {
  if (name === 'OFFSTAGE_WEBHOOK_SECRET') {
    const dataFolder = resolve(cwd, values.OFFSTAGE_DATA ?? '.offstage');
    return openWebhookSecret({ webhookSecret: values.OFFSTAGE_WEBHOOK_SECRET, dataFolder });
  }
  const { isSecret }: SettingDefinition = settingsTable[name];
  const value = values[name];
  return isSecret && typeof value === 'string' ? value : shown;
}
