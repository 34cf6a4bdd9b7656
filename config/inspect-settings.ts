import { resolve } from 'node:path';
import type { Environment } from './environment-file.ts';
import { readEnvironment } from './environment-file.ts';
import { nearestName } from './nearest-name.ts';
import type { SettingProblem } from './settings-error.ts';
import type { SettingDefinition, SettingName, SettingValues } from './settings-table.ts';
import { settingsTable } from './settings-table.ts';

export interface SettingRow {
  name: SettingName;
  what: string;
  /** The value in use, for people: "set" or "not set" for a secret. */
  shown: string;
  origin: 'environment' | '.env' | 'default' | 'not set';
}

export interface InspectedSettings {
  environment: Environment;
  values: SettingValues;
  rows: SettingRow[];
  problems: SettingProblem[];
  /** One sentence each. */
  warnings: string[];
}

export interface SettingsSource {
  /** The process's environment. */
  env: Environment;
  /** The working folder: its `.env` is read, and relative paths start there. */
  cwd: string;
}

/** Reads every setting and tells all that is wrong; throws nothing. */
export function inspectSettings({ env, cwd }: SettingsSource): InspectedSettings {
  const environment = readEnvironment(env, cwd);
  const names = Object.keys(settingsTable) as SettingName[];
  const problems: SettingProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const name of names) values[name] = parseSetting(name, environment[name], cwd, problems);
  return {
    ...{ environment, problems },
    values: values as SettingValues,
    rows: names.map((name) => describeSetting(name, env, environment)),
    warnings: warnOfUnknownNames(environment, names),
  };
}

function parseSetting(
  name: SettingName,
  given: string | undefined,
  cwd: string,
  problems: SettingProblem[],
): unknown {
  if (!given) return null;
  const { schema, isPath, isSecret, refusal, example }: SettingDefinition = settingsTable[name];
  const parsed = schema.safeParse(isPath ? resolve(cwd, given) : given);
  const value = isSecret ? 'set to something else' : JSON.stringify(hideCredentials(given));
  if (!parsed.success) {
    const expected = parsed.error.issues[0]?.message;
    problems.push({ name, problem: `is ${value}: it must be ${expected}. Example: ${name}=${example}` });
    return null;
  }
  if (refusal) problems.push({ name, problem: `is set, but is not supported yet. ${refusal}` });
  return parsed.data;
}

function describeSetting(name: SettingName, env: Environment, environment: Environment): SettingRow {
  const { what, isSecret, default: standard }: SettingDefinition = settingsTable[name];
  const given = environment[name];
  if (!given) {
    return { name, what, shown: standard || 'not set', origin: standard ? 'default' : 'not set' };
  }
  const origin = env[name] === undefined ? '.env' : 'environment';
  return { name, what, shown: isSecret ? 'set' : hideCredentials(given), origin };
}

function warnOfUnknownNames(environment: Environment, names: readonly SettingName[]): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('OFFSTAGE_') && !(name in settingsTable))
    .map((name) => {
      const nearest = nearestName(name, names);
      return `${name} is not a setting of Offstage${nearest ? `; did you mean ${nearest}?` : '.'}`;
    });
}

/** A URL of any setting may hold somebody's password, and an access key may be where its file belongs. */
function hideCredentials(value: string): string {
  return value.replace(/\/\/[^/@]*@/, '//…@').replaceAll(/offstage_[\w-]{43}/g, 'offstage_…');
}
