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

/** Adds to `problems` what Temporal's own reader of these variables refuses. */
export function toTemporalSettings(
  values: SettingValues,
  environment: Environment,
  problems: SettingProblem[],
): TemporalSettings {
  const address = values.TEMPORAL_ADDRESS;
  return {
    address,
    namespace: values.TEMPORAL_NAMESPACE ?? 'default',
    connectionOptions: address ? readConnectionOptions(values, environment, problems) : null,
    cliPath: values.OFFSTAGE_TEMPORAL_CLI,
    port: values.OFFSTAGE_TEMPORAL_PORT ?? 7233,
    portIsDefault: values.OFFSTAGE_TEMPORAL_PORT === null,
    uiPort: values.OFFSTAGE_TEMPORAL_UI_PORT ?? 8233,
    uiPortIsDefault: values.OFFSTAGE_TEMPORAL_UI_PORT === null,
  };
}

/** Variables only: a profile in somebody's home folder must not decide where conversations are stored. */
function readConnectionOptions(
  values: SettingValues,
  environment: Environment,
  problems: SettingProblem[],
): TemporalConnectionOptions | null {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('TEMPORAL_') && value) variables[name] = value;
  }
  for (const name of Object.keys(values) as (keyof SettingValues)[]) {
    const value = values[name];
    if (name.startsWith('TEMPORAL_TLS_') && typeof value === 'string') variables[name] = value;
  }
  try {
    return loadClientConnectConfig({ disableFile: true, overrideEnvVars: variables }).connectionOptions;
  } catch (error) {
    problems.push({ name: 'TEMPORAL_*', problem: `cannot be used: ${(error as Error).message}` });
    return null;
  }
}
