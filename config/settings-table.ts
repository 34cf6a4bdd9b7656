import type { z } from 'zod';
import {
  databaseUrl,
  existingFile,
  existingFolder,
  hostAndPort,
  hostNames,
  httpUrl,
  listenAddress,
  listeningHost,
  oneOf,
  port,
  redisUrl,
  text,
  webhookSecret,
  wholeNumber,
  yesOrNo,
} from './setting-schemas.ts';

export interface SettingDefinition<Value = unknown> {
  schema: z.ZodType<Value, string>;
  /** The default in words; empty: none. */
  default: string;
  what: string;
  example: string;
  /** Its value is never shown. */
  isSecret?: true;
  /** A path, relative to the working folder. */
  isPath?: true;
  /** Set where this version cannot do it yet: says what it does instead. */
  refusal?: string;
}

const define = <Value>(definition: SettingDefinition<Value>): SettingDefinition<Value> => definition;

const encryptionRefusal = 'Payloads are stored in the clear by this version. Leave it out.';

/**
 * Every environment variable that Offstage reads: the only list of them. Parsing, `offstage settings`,
 * `.env.example` and the warnings about unknown names come from here.
 */
export const settingsTable = {
  OFFSTAGE_HOST: define({
    ...{ schema: listeningHost, default: '127.0.0.1', example: '0.0.0.0' },
    what: 'Where the API listens. Without access keys (OFFSTAGE_KEYS): loopback addresses only.',
  }),
  OFFSTAGE_PORT: define({
    ...{ schema: port, default: '8080', example: '8080' },
    what: 'Port of the API. One that is set and taken is an error; the default moves on to the next free one. 0: any free one.',
  }),
  OFFSTAGE_DATA: define({
    ...{ schema: text, default: '.offstage', example: '/var/lib/offstage', isPath: true },
    what: "Data folder: Temporal's database, the store, files, the sessions' folders.",
  }),
  OFFSTAGE_TEAMS: define({
    ...{ schema: existingFolder, default: 'agents', example: './agents', isPath: true },
    what: 'Folder of team files.',
  }),
  OFFSTAGE_LOG: define({
    schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    ...{ default: 'info', example: 'debug' },
    what: 'What is logged: fatal, error, warn, info, debug, trace or silent.',
  }),
  OFFSTAGE_METRICS: define({
    ...{ schema: listenAddress, default: '', example: '127.0.0.1:9464' },
    what: 'Where `offstage worker` answers /healthz, /readyz and /metrics, for orchestrators and Prometheus. Without it: nowhere. The API answers them at its own address.',
  }),
  TEMPORAL_ADDRESS: define({
    ...{ schema: hostAndPort, default: '', example: 'temporal.example.org:7233' },
    what: 'A Temporal server that runs. Without it the embedded one is started.',
  }),
  TEMPORAL_NAMESPACE: define({
    ...{ schema: text, default: 'default', example: 'offstage' },
    what: 'Namespace of the Temporal server.',
  }),
  TEMPORAL_PROFILE: define({
    ...{ schema: text, default: '', example: 'cloud' },
    what: "A profile of Temporal's own configuration file, with an address, a namespace, TLS and a key. Variables win over it.",
  }),
  TEMPORAL_CONFIG_FILE: define({
    ...{ schema: existingFile, default: '', example: './temporal.toml', isPath: true },
    what: "Temporal's configuration file. It is read where this or TEMPORAL_PROFILE is set.",
  }),
  TEMPORAL_API_KEY: define({
    ...{ schema: text, default: '', example: 'the key', isSecret: true },
    what: 'API key for the Temporal server (Temporal Cloud).',
  }),
  TEMPORAL_TLS: define({
    ...{ schema: yesOrNo, default: 'true with an API key', example: 'true' },
    what: 'Whether the connection to the Temporal server uses TLS.',
  }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: define({
    ...{ schema: existingFile, default: '', example: './client.pem', isPath: true },
    what: 'Client certificate for TLS; TEMPORAL_TLS_CLIENT_CERT_DATA has its text instead.',
  }),
  TEMPORAL_TLS_CLIENT_CERT_DATA: define({
    ...{ schema: text, default: '', example: '-----BEGIN CERTIFICATE-----…' },
    what: 'Client certificate for TLS, as PEM.',
  }),
  TEMPORAL_TLS_CLIENT_KEY_PATH: define({
    ...{ schema: existingFile, default: '', example: './client.key', isPath: true },
    what: 'Client key for TLS; TEMPORAL_TLS_CLIENT_KEY_DATA has its text instead.',
  }),
  TEMPORAL_TLS_CLIENT_KEY_DATA: define({
    ...{ schema: text, default: '', example: '-----BEGIN PRIVATE KEY-----…', isSecret: true },
    what: 'Client key for TLS, as PEM.',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: define({
    ...{ schema: existingFile, default: '', example: './ca.pem', isPath: true },
    what: "The server's certificate authority; TEMPORAL_TLS_SERVER_CA_CERT_DATA has its text instead.",
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: define({
    ...{ schema: text, default: '', example: '-----BEGIN CERTIFICATE-----…' },
    what: "The server's certificate authority, as PEM.",
  }),
  TEMPORAL_TLS_SERVER_NAME: define({
    ...{ schema: text, default: '', example: 'temporal.example.org' },
    what: "Name that the server's certificate must have, where it is not the address's.",
  }),
  OFFSTAGE_TEMPORAL_CLI: define({
    ...{ schema: text, default: '', example: '/usr/local/bin/temporal', isPath: true },
    what: 'The Temporal CLI that runs the embedded server. Without it: found, downloaded or built.',
  }),
  OFFSTAGE_TEMPORAL_PORT: define({
    ...{ schema: port, default: '7233', example: '7233' },
    what: 'Port of the embedded Temporal server, as OFFSTAGE_PORT.',
  }),
  OFFSTAGE_TEMPORAL_UI_PORT: define({
    ...{ schema: port, default: '8233', example: '8233' },
    what: "Port of the embedded server's Web UI, as OFFSTAGE_PORT.",
  }),
  DATABASE_URL: define({
    ...{
      schema: databaseUrl,
      default: '',
      example: 'postgresql://user:password@localhost/offstage',
      isSecret: true,
    },
    what: 'PostgreSQL for the store, a database of its own. Without it: PGlite in the data folder, which a power loss may cost its last writes.',
  }),
  REDIS_URL: define({
    ...{ schema: redisUrl, default: '', example: 'redis://localhost:6379', isSecret: true },
    what: 'Redis for the bus between processes: live text, and word of what happened. Without it: in memory.',
  }),
  OPENAI_API_KEY: define({
    ...{ schema: text, default: '', example: 'sk-…', isSecret: true },
    what: 'Access to models of the provider openai.',
  }),
  OPENAI_BASE_URL: define({
    ...{ schema: httpUrl, default: '', example: 'http://localhost:11434/v1' },
    what: 'Another address for the provider openai: any server with the same interface.',
  }),
  ANTHROPIC_API_KEY: define({
    ...{ schema: text, default: '', example: 'sk-ant-…', isSecret: true },
    what: 'Access to models of the provider anthropic.',
  }),
  ANTHROPIC_BASE_URL: define({
    ...{ schema: httpUrl, default: '', example: 'https://gateway.example.org' },
    what: 'Another address for the provider anthropic.',
  }),
  OFFSTAGE_DEMO: define({
    ...{ schema: oneOf(['auto', 'on', 'off']), default: 'auto', example: 'off' },
    what: 'The demo model. auto: only under `npm start`, and only where no provider is configured. on, off. Of processes that run apart, API and workers get the same value.',
  }),
  OFFSTAGE_MODEL_ALIASES: define({
    ...{ schema: existingFile, default: '', example: './models.yaml', isPath: true },
    what: 'File of model aliases: name → model.',
  }),
  OFFSTAGE_ROLLOVER_TURNS: define({
    ...{ schema: wholeNumber(1, 10_000), default: '64', example: '64' },
    what: 'Turns after which a session continues as a new run.',
  }),
  OFFSTAGE_ROLLOVER_EVENTS: define({
    ...{ schema: wholeNumber(1, 20_000), default: '1000', example: '1000' },
    what: 'History events after which a session continues as a new run.',
  }),
  OFFSTAGE_WEBHOOK_SECRET: define({
    ...{
      schema: webhookSecret,
      default: 'made and kept in the data folder',
      example: 'whsec_…',
      isSecret: true,
    },
    what: 'Signs requests to functions (Standard Webhooks): whsec_ and base64. "offstage settings --secrets" shows the one in use. Workers that run apart get the same one.',
  }),
  OFFSTAGE_ALLOW_HOSTS: define({
    ...{ schema: hostNames, default: '', example: 'intranet.example.org,10.0.0.5' },
    what: 'Hosts, separated by commas, that functions may reach though they are private.',
  }),
  OFFSTAGE_CONFIG: define({
    ...{ schema: existingFile, default: 'offstage.yaml, if there', example: './offstage.yaml', isPath: true },
    what: "The operator's file.",
  }),
  OFFSTAGE_KEYS: define({
    ...{ schema: text, default: '', example: './keys.yaml', isPath: true },
    what: 'File of the access keys of the API, which "offstage keys create" makes. With it every request needs one.',
  }),
  OFFSTAGE_API_KEY: define({
    ...{ schema: text, default: '', example: 'offstage_…', isSecret: true },
    what: 'The access key that "offstage chat" sends.',
  }),
  OFFSTAGE_ENCRYPTION_KEYS: define({
    ...{ schema: text, default: '', example: 'id:base64', isSecret: true },
    ...{ what: 'Keys that encrypt payloads.', refusal: encryptionRefusal },
  }),
} as const;

export type SettingName = keyof typeof settingsTable;

/** Whether it is what Offstage itself gets in by: not for the requests of teams. */
export function isOwnSecret(variable: string): boolean {
  if (!Object.hasOwn(settingsTable, variable)) return false;
  const { isSecret }: SettingDefinition = settingsTable[variable as SettingName];
  return isSecret === true;
}

/** The parsed value of each setting; null: not set. */
export type SettingValues = {
  [Name in SettingName]: z.output<(typeof settingsTable)[Name]['schema']> | null;
};
