import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { renderEnvironmentExample } from '../../config/environment-example.ts';
import { inspectSettings } from '../../config/inspect-settings.ts';
import type { SettingsError } from '../../config/settings-error.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/settings.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'offstage-settings-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const load = (env: Record<string, string> = {}): Settings => loadSettings({ env, cwd });

function problemsOf(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    return (error as SettingsError).message;
  }
  throw new Error('These settings were accepted');
}

describe('settings', () => {
  it('have a default for everything that needs a value', () => {
    expect(load()).toMatchObject({
      ...{ host: '127.0.0.1', port: 8080, portIsDefault: true, logLevel: 'info', demo: 'auto' },
      ...{ dataFolder: join(cwd, '.offstage'), teamsFolder: join(cwd, 'agents') },
      temporal: {
        ...{ address: null, namespace: 'default', connectionOptions: null, cliPath: null },
        ...{ port: 7233, portIsDefault: true, uiPort: 8233, uiPortIsDefault: true },
      },
      ...{ databaseUrl: null, redisUrl: null, modelAliasesFile: null, configFile: null, webhookSecret: null },
      ...{ rolloverTurns: 64, rolloverEvents: 1000, allowHosts: [], warnings: [] },
      ...{ keysFile: null, apiKey: null },
      providers: { openai: { apiKey: null, baseUrl: null }, anthropic: { apiKey: null, baseUrl: null } },
    });
  });

  it('take paths from the working folder', async () => {
    await mkdir(join(cwd, 'teams'));
    await writeFile(join(cwd, 'models.yaml'), '');
    const env = { OFFSTAGE_DATA: 'data', OFFSTAGE_TEAMS: './teams', OFFSTAGE_MODEL_ALIASES: 'models.yaml' };
    expect(load(env)).toMatchObject({
      ...{ dataFolder: join(cwd, 'data'), teamsFolder: join(cwd, 'teams') },
      modelAliasesFile: join(cwd, 'models.yaml'),
    });
  });

  it('know a default port from the same port that was set', () => {
    expect(load({ OFFSTAGE_PORT: '8080' })).toMatchObject({ port: 8080, portIsDefault: false });
    expect(load({ OFFSTAGE_TEMPORAL_PORT: '0' }).temporal).toMatchObject({ port: 0, portIsDefault: false });
  });

  it('come from .env too, where the environment says nothing', async () => {
    await writeFile(join(cwd, '.env'), 'OFFSTAGE_PORT=9000\nOPENAI_API_KEY="from file"\nMY_TOKEN=abc\n');
    const settings = load({ OFFSTAGE_PORT: '9001' });
    expect(settings.port).toBe(9001);
    expect(settings.providers.openai.apiKey).toBe('from file');
    expect(settings.readVariable('MY_TOKEN')).toBe('abc');
    expect(load({ OPENAI_API_KEY: '' }).providers.openai.apiKey).toBeNull();
  });

  it('use offstage.yaml of the working folder if it is there', async () => {
    await writeFile(join(cwd, 'offstage.yaml'), '');
    expect(load().configFile).toBe(join(cwd, 'offstage.yaml'));
  });

  it('split the hosts that functions may reach', () => {
    expect(load({ OFFSTAGE_ALLOW_HOSTS: 'Intranet.example.org, 10.0.0.5,' }).allowHosts).toEqual([
      'intranet.example.org',
      '10.0.0.5',
    ]);
  });

  it('hand what Temporal is to be reached by to its own reader', () => {
    const { temporal } = load({
      ...{ TEMPORAL_ADDRESS: 'cloud.example.org:7233', TEMPORAL_NAMESPACE: 'clinic' },
      ...{ TEMPORAL_API_KEY: 'key', TEMPORAL_TLS: '' },
    });
    expect(temporal).toMatchObject({
      ...{ address: 'cloud.example.org:7233', namespace: 'clinic' },
      connectionOptions: { address: 'cloud.example.org:7233', apiKey: 'key' },
    });
  });
});

describe('wrong settings', () => {
  it('are told all at once, each with its name, what is wrong and an example', () => {
    const env = { OFFSTAGE_PORT: '80800', OFFSTAGE_DEMO: 'maybe', OPENAI_BASE_URL: 'localhost' };
    expect(problemsOf(env).split('\n')).toEqual([
      'These settings are wrong (environment or .env):',
      '  OFFSTAGE_PORT is "80800": it must be a whole number from 0 to 65535. Example: OFFSTAGE_PORT=8080',
      '  OPENAI_BASE_URL is "localhost": it must be an http or https URL. Example: OPENAI_BASE_URL=http://localhost:11434/v1',
      '  OFFSTAGE_DEMO is "maybe": it must be one of auto, on, off. Example: OFFSTAGE_DEMO=off',
    ]);
  });

  it.each([
    ['OFFSTAGE_PORT', '-1'],
    ['OFFSTAGE_PORT', '8080.5'],
    ['OFFSTAGE_TEAMS', './absent'],
    ['OFFSTAGE_CONFIG', './absent.yaml'],
    ['OFFSTAGE_MODEL_ALIASES', '.'],
    ['OFFSTAGE_ROLLOVER_TURNS', '0'],
    ['OFFSTAGE_LOG', 'loud'],
    ['OFFSTAGE_ALLOW_HOSTS', 'http://intranet'],
    ['TEMPORAL_ADDRESS', 'https://temporal.example.org'],
  ])('%s=%s stops the start', (name, value) => {
    expect(problemsOf({ [name]: value })).toContain(`${name} is ${JSON.stringify(value)}: it must be`);
  });

  it('do not show a secret', () => {
    const shown = problemsOf({ DATABASE_URL: 'mysql://user:hunter2@host/db' });
    expect(shown).toContain('DATABASE_URL is set to something else: it must be a postgresql:// URL');
    expect(shown).not.toContain('hunter2');
  });

  it('do not show a password that stands where none belongs', () => {
    const env = { ANTHROPIC_BASE_URL: 'https://user:hunter2@example.org' };
    expect(problemsOf(env)).toContain('is "https://…@example.org": it must be a URL without user name');
    expect(JSON.stringify(inspectSettings({ env, cwd }).rows)).not.toContain('hunter2');
  });

  it.each(['0.0.0.0', '192.168.1.5', '::', 'example.org'])(
    'include the address %s, which others could reach, unless there are keys',
    (host) => {
      const problem = problemsOf({ OFFSTAGE_HOST: host });
      expect(problem).toContain(`OFFSTAGE_HOST is "${host}", which others can reach`);
      expect(problem).toContain('offstage keys create');
      expect(load({ OFFSTAGE_HOST: host, OFFSTAGE_KEYS: 'keys.yaml' })).toMatchObject({
        ...{ host, keysFile: join(cwd, 'keys.yaml') },
      });
    },
  );

  it.each(['1270.0.0.1', 'http://localhost', 'a b'])('include %s, which is no host', (host) => {
    expect(problemsOf({ OFFSTAGE_HOST: host, OFFSTAGE_KEYS: 'keys.yaml' })).toContain('an address or a name');
  });

  it.each(['localhost', '127.0.0.2', '::1'])('do not include the loopback address %s', (host) => {
    expect(load({ OFFSTAGE_HOST: host }).host).toBe(host);
  });

  it.each([['OFFSTAGE_ENCRYPTION_KEYS', 'one:abc']])(
    'include %s, which this version cannot do and does not pass over in silence',
    (name, value) => {
      expect(problemsOf({ [name]: value })).toContain(`${name} is set, but is not supported yet.`);
    },
  );
});

describe('an unknown name', () => {
  it('is a warning with the nearest known one', () => {
    expect(load({ OFFSTAGE_PROT: '1', OFFSTAGE_SOMETHING_ELSE: '1', UNRELATED: '1' }).warnings).toEqual([
      'OFFSTAGE_PROT is not a setting of Offstage; did you mean OFFSTAGE_PORT?',
      'OFFSTAGE_SOMETHING_ELSE is not a setting of Offstage.',
    ]);
  });
});

describe('the list of settings', () => {
  it('shows values and where they are from, and of secrets only whether they are set', async () => {
    await writeFile(join(cwd, '.env'), 'OPENAI_API_KEY=hunter2\n');
    const { rows } = inspectSettings({ env: { OFFSTAGE_PORT: '9000' }, cwd });
    expect(JSON.stringify(rows)).not.toContain('hunter2');
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'OFFSTAGE_PORT', shown: '9000', origin: 'environment' }),
        expect.objectContaining({ name: 'OPENAI_API_KEY', shown: 'set', origin: '.env' }),
        expect.objectContaining({ name: 'ANTHROPIC_API_KEY', shown: 'not set', origin: 'not set' }),
        expect.objectContaining({ name: 'OFFSTAGE_LOG', shown: 'info', origin: 'default' }),
      ]),
    );
  });

  it('shows no access key, not even one that stands where its file belongs', () => {
    const key = `offstage_${'k'.repeat(43)}`;
    const { rows } = inspectSettings({ env: { OFFSTAGE_API_KEY: key, OFFSTAGE_KEYS: key }, cwd });
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  it('is what .env.example says', async () => {
    const file = join(import.meta.dirname, '../../.env.example');
    expect(await readFile(file, 'utf8')).toBe(renderEnvironmentExample());
  });
});
