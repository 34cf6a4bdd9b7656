import type { SettingDefinition } from './settings-table.ts';
import { settingsTable } from './settings-table.ts';

/** The text of `.env.example`: every setting with its default, commented out. */
export function renderEnvironmentExample(): string {
  const settings = Object.entries(settingsTable).map(([name, definition]: [string, SettingDefinition]) => {
    const standard = definition.default ? ` Default: ${definition.default}` : '';
    const refusal = definition.refusal ? ' (not supported yet)' : '';
    return `# ${definition.what}${refusal}${standard}\n# ${name}=${definition.example}\n`;
  });
  const head = [
    '# Settings of Offstage. Copy this file to .env and take out the # where you want another value.',
    '# The environment wins over .env; a variable set to nothing counts as not set.',
  ];
  return [`${head.join('\n')}\n`, ...settings].join('\n');
}
