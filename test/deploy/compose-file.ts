/** docker-compose.yml as Compose reads it: anchors merged, variables put in. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  networks?: string[];
  network_mode?: string;
  volumes?: string[];
  ports?: string[];
  restart: string;
  read_only: boolean;
  security_opt: string[];
  logging: { options: Record<string, string> };
  stop_grace_period?: string;
  deploy: { resources: { limits: { cpus: string; memory: string; pids: number } } };
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

/** `${NAME}`, `${NAME:-default}` or `${NAME:?what is wrong without it}`. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

const text = readFileSync('docker-compose.yml', 'utf8');

/** Variables without which Compose refuses the file. */
export const requiredVariables = [
  ...new Set([...text.matchAll(VARIABLE)].flatMap(([, name = '', kind]) => (kind === '?' ? [name] : []))),
];

/** Each required variable has the value "secret". As Compose does, variables are put into what YAML has read. */
export function readComposeFile(): ComposeFile {
  const fill = (value: string): string =>
    value.replaceAll(VARIABLE, (_all, _name, kind, rest: string) => (kind === '?' ? 'secret' : (rest ?? '')));
  const revive = (_key: unknown, value: unknown): unknown =>
    typeof value === 'string' ? fill(value) : value;
  return parse(text, revive, { merge: true }) as ComposeFile;
}
