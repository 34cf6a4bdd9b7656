import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Environment } from './environment-file.ts';
import type { SettingProblem } from './settings-error.ts';
import type { SettingValues } from './settings-table.ts';

/** What a Temporal client and a Temporal worker both take to connect. */
export type TemporalConnectionOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

export interface TemporalSettings {
  /** Host and port of a server that runs; null: the embedded one. */
  address: string | null;
  namespace: string;
  /** Address, TLS and API key of a server that runs; null: the embedded one. */
  connectionOptions: TemporalConnectionOptions | null;
  cliPath: string | null;
  /** Of the embedded server; 0: any free one. */
  port: number;
  portIsDefault: boolean;
  uiPort: number;
  uiPortIsDefault: boolean;
}

/** Adds to `problems` what Temporal's own reader of these variables refuses, and what it would pass over. */
export function toTemporalSettings(
  values: SettingValues,
  environment: Environment,
  problems: SettingProblem[],
): TemporalSettings {
  const isGiven = values.TEMPORAL_ADDRESS !== null || isProfileNamed(values);
  const found = isGiven ? readConnection(values, environment, problems) : null;
  return {
    address: found?.connectionOptions.address ?? values.TEMPORAL_ADDRESS,
    namespace: values.TEMPORAL_NAMESPACE ?? found?.namespace ?? 'default',
    connectionOptions: found?.connectionOptions ?? null,
    cliPath: values.OFFSTAGE_TEMPORAL_CLI,
    port: values.OFFSTAGE_TEMPORAL_PORT ?? 7233,
    portIsDefault: values.OFFSTAGE_TEMPORAL_PORT === null,
    uiPort: values.OFFSTAGE_TEMPORAL_UI_PORT ?? 8233,
    uiPortIsDefault: values.OFFSTAGE_TEMPORAL_UI_PORT === null,
  };
}

/** Only then is the file read: one in somebody's home folder must not decide where conversations are stored. */
function isProfileNamed(values: SettingValues): boolean {
  return values.TEMPORAL_PROFILE !== null || values.TEMPORAL_CONFIG_FILE !== null;
}

function readConnection(
  values: SettingValues,
  environment: Environment,
  problems: SettingProblem[],
): ReturnType<typeof loadClientConnectConfig> | null {
  const isFileRead = isProfileNamed(values);
  try {
    const found = loadClientConnectConfig({
      disableFile: !isFileRead,
      overrideEnvVars: listVariables(values, environment),
    });
    if (!found.connectionOptions.address) {
      const problem = 'name a profile without an address: set TEMPORAL_ADDRESS, or write it into the profile';
      problems.push({ name: 'TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE', problem });
    }
    problems.push(...findHalfCertificate(values));
    return found;
  } catch (error) {
    problems.push({ name: 'TEMPORAL_*', problem: `cannot be used: ${(error as Error).message}` });
    return null;
  }
}

/** What Temporal's reader looks at: its own variables, and where the home folder is. Paths are absolute. */
function listVariables(values: SettingValues, environment: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const isRead = name.startsWith('TEMPORAL_') || HOME_VARIABLES.includes(name);
    if (isRead && value) variables[name] = value;
  }
  for (const name of Object.keys(values) as (keyof SettingValues)[]) {
    const value = values[name];
    if (name in variables && typeof value === 'string') variables[name] = value;
  }
  return variables;
}

const HOME_VARIABLES = ['HOME', 'XDG_CONFIG_HOME', 'APPDATA', 'USERPROFILE'];

/** A certificate without its key, or the other way round, would be left out without a word. */
function findHalfCertificate(values: SettingValues): SettingProblem[] {
  const certificate = values.TEMPORAL_TLS_CLIENT_CERT_PATH ?? values.TEMPORAL_TLS_CLIENT_CERT_DATA;
  const key = values.TEMPORAL_TLS_CLIENT_KEY_PATH ?? values.TEMPORAL_TLS_CLIENT_KEY_DATA;
  if ((certificate === null) === (key === null) || isProfileNamed(values)) return [];
  const [there, missing] = certificate === null ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
  const name = `TEMPORAL_TLS_CLIENT_${there}_*`;
  return [{ name, problem: `needs the other half: set TEMPORAL_TLS_CLIENT_${missing}_PATH or …_DATA` }];
}
