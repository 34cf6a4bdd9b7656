import { DEFAULT_ROLLOVER } from '../protocol/task.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isLoopbackName } from './is-loopback-name.ts';
import type { SettingsSource } from './inspect-settings.ts';
import { inspectSettings } from './inspect-settings.ts';
import { SettingsError } from './settings-error.ts';
import type { SettingProblem } from './settings-error.ts';
import type { SettingValues } from './settings-table.ts';
import type { TemporalSettings } from './temporal-settings.ts';
import { toTemporalSettings } from './temporal-settings.ts';

export interface ProviderSettings {
  apiKey: string | null;
  baseUrl: string | null;
}

export interface Settings {
  host: string;
  /** 0: any free one. */
  port: number;
  portIsDefault: boolean;
  /** Absolute paths. */
  dataFolder: string;
  teamsFolder: string;
  logLevel: NonNullable<SettingValues['OFFSTAGE_LOG']>;
  /** Where a worker tells its health and its numbers; null: nowhere. */
  metricsAddress: { host: string; port: number } | null;
  temporal: TemporalSettings;
  databaseUrl: string | null;
  redisUrl: string | null;
  providers: { openai: ProviderSettings; anthropic: ProviderSettings };
  demo: 'auto' | 'on' | 'off';
  /** The file of access keys; null: there are none, and the API answers this machine only. */
  keysFile: string | null;
  /** What "offstage chat" sends. */
  apiKey: string | null;
  modelAliasesFile: string | null;
  rolloverTurns: number;
  rolloverEvents: number;
  /** null: one is made and kept in the data folder. */
  webhookSecret: string | null;
  allowHosts: string[];
  /** The operator's file. */
  configFile: string | null;
  /** A variable that a team file names (a `token_key`, `${env.NAME}`); empty counts as not set. */
  readVariable: (name: string) => string | null;
  /** For people, one sentence each. */
  warnings: string[];
}

/**
 * The settings of this process, from its environment and the `.env` file of the working folder.
 * @throws {SettingsError} all that is wrong at once
 */
export function loadSettings(source: SettingsSource): Settings {
  const { environment, values, problems, warnings } = inspectSettings(source);
  const temporal = toTemporalSettings(values, environment, problems);
  const host = values.OFFSTAGE_HOST ?? '127.0.0.1';
  if (values.OFFSTAGE_KEYS === null && !isLoopbackName(host)) problems.push(openToOthers(host));
  if (problems.length > 0) throw new SettingsError(problems);
  const standardConfig = resolve(source.cwd, 'offstage.yaml');
  return {
    host,
    port: values.OFFSTAGE_PORT ?? 8080,
    portIsDefault: values.OFFSTAGE_PORT === null,
    dataFolder: resolve(source.cwd, values.OFFSTAGE_DATA ?? '.offstage'),
    teamsFolder: resolve(source.cwd, values.OFFSTAGE_TEAMS ?? 'agents'),
    logLevel: values.OFFSTAGE_LOG ?? 'info',
    metricsAddress: values.OFFSTAGE_METRICS,
    temporal,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    providers: {
      openai: { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL },
      anthropic: { apiKey: values.ANTHROPIC_API_KEY, baseUrl: values.ANTHROPIC_BASE_URL },
    },
    demo: values.OFFSTAGE_DEMO ?? 'auto',
    keysFile: values.OFFSTAGE_KEYS,
    apiKey: values.OFFSTAGE_API_KEY,
    modelAliasesFile: values.OFFSTAGE_MODEL_ALIASES,
    rolloverTurns: values.OFFSTAGE_ROLLOVER_TURNS ?? DEFAULT_ROLLOVER.turns,
    rolloverEvents: values.OFFSTAGE_ROLLOVER_EVENTS ?? DEFAULT_ROLLOVER.events,
    webhookSecret: values.OFFSTAGE_WEBHOOK_SECRET,
    allowHosts: values.OFFSTAGE_ALLOW_HOSTS ?? [],
    configFile: values.OFFSTAGE_CONFIG ?? (existsSync(standardConfig) ? standardConfig : null),
    readVariable: (name) => environment[name] || null,
    warnings,
  };
}

/** Nothing tells one caller from another without keys, so nobody else may reach the API. */
function openToOthers(host: string): SettingProblem {
  const problem =
    `is ${JSON.stringify(host)}, which others can reach, and there are no access keys: make one ` +
    '(OFFSTAGE_KEYS=./keys.yaml offstage keys create --principal NAME) and set OFFSTAGE_KEYS=./keys.yaml, ' +
    'or leave OFFSTAGE_HOST out to answer this machine only';
  return { name: 'OFFSTAGE_HOST', problem };
}
