import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDataFolder } from '../../cli/data-folder-lock.ts';
import type { Finding } from '../../cli/doctor-findings.ts';
import { collectFindings } from '../../cli/doctor-findings.ts';
import { runDoctor } from '../../cli/doctor.ts';
import { printSettings } from '../../cli/print-settings.ts';
import { giveKey } from '../support/access-keys.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'offstage-doctor-'));
  await mkdir(join(cwd, 'agents'));
  await writeFile(join(cwd, 'agents', 'team.yaml'), '');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const freePorts = { OFFSTAGE_PORT: '0', OFFSTAGE_TEMPORAL_PORT: '0', OFFSTAGE_TEMPORAL_UI_PORT: '0' };

async function look(
  env: Record<string, string> = {},
  nodeVersion = '20.19.0',
): Promise<Record<string, Finding>> {
  const source = { env: { PATH: '', XDG_CACHE_HOME: join(cwd, 'cache'), ...freePorts, ...env }, cwd };
  const findings = await collectFindings({ source, nodeVersion });
  return Object.fromEntries(findings.map((finding) => [finding.what, finding]));
}

describe('the doctor', () => {
  it('says of a Temporal CLI that is not there where it looked and what to do', async () => {
    expect((await look())['Temporal CLI']).toMatchObject({
      found: false,
      detail: expect.stringMatching(
        /not there\nsetting: .* is not set\ncache: .*\npath: there is no temporal/,
      ),
      todo: expect.stringContaining('The next start downloads it'),
    });
    expect((await look({ OFFSTAGE_TEMPORAL_CLI: './absent' }))['Temporal CLI']).toMatchObject({
      detail: expect.stringContaining(`${join(cwd, 'absent')} does not exist`),
      todo: 'Correct OFFSTAGE_TEMPORAL_CLI, or leave it out.',
    });
  });

  it('asks a server that is set whether it answers', async () => {
    expect((await look({ TEMPORAL_ADDRESS: '127.0.0.1:1' }))['Temporal server']).toMatchObject({
      found: false,
      detail: expect.stringContaining('127.0.0.1:1 does not answer'),
    });
  });

  it('asks a database that is set whether it answers, and shows no password', async () => {
    const { store } = await look({ DATABASE_URL: 'postgresql://ada:hunter2@127.0.0.1:1/offstage' });
    expect(store).toMatchObject({
      found: false,
      detail: expect.stringContaining('PostgreSQL at 127.0.0.1:1, database "offstage"'),
    });
    expect(JSON.stringify(store)).not.toContain('hunter2');
  });

  it('counts the access keys, and says what keeps an API from starting', async () => {
    expect((await look())['access keys']).toMatchObject({
      found: true,
      detail: expect.stringMatching(/^none/),
    });
    const file = join(cwd, 'keys.yaml');
    const env = { OFFSTAGE_KEYS: file };
    expect((await look(env))['access keys']).toMatchObject({
      ...{ found: false, detail: expect.stringContaining('offstage keys create') },
    });
    giveKey(file, 'ada');
    expect((await look(env))['access keys']).toMatchObject({ found: true, detail: `1 in ${file}` });
  });

  it('lists wrong settings', async () => {
    expect((await look({ OFFSTAGE_PORT: 'many' }))['settings']).toMatchObject({
      found: false,
      detail: expect.stringContaining('OFFSTAGE_PORT is "many"'),
    });
  });

  it('refuses an old Node', async () => {
    expect((await look({}, '18.20.0'))['Node']).toMatchObject({ found: false, detail: '18.20.0' });
    expect((await look({}, '22.1.0'))['Node']).toMatchObject({ found: true });
  });

  it('names the process that runs on the data folder', async () => {
    const lock = lockDataFolder(join(cwd, '.offstage'));
    expect((await look())['data folder']).toMatchObject({
      found: false,
      detail: expect.stringContaining(`Process ${process.pid} already runs`),
    });
    lock.release();
    expect((await look())['data folder']).toMatchObject({ found: true });
  });

  it('finds a port that was set and is taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    const findings = await look({ OFFSTAGE_PORT: String(port) });
    occupant.close();
    expect(findings[`port ${port} (OFFSTAGE_PORT)`]).toMatchObject({ found: false, detail: 'taken' });
  });

  it('says which models can be reached', async () => {
    const of = async (env: Record<string, string>): Promise<Finding | undefined> =>
      (await look(env))['model access'];
    expect(await of({})).toMatchObject({ found: true, detail: 'none; `npm start` uses the demo model' });
    expect(await of({ OFFSTAGE_DEMO: 'off' })).toMatchObject({ found: false });
    expect(await of({ OPENAI_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://localhost:1' })).toMatchObject({
      ...{ found: true, detail: 'openai, anthropic at http://localhost:1' },
    });
  });

  it('misses team files where there are none', async () => {
    expect((await look())['teams']).toMatchObject({
      found: true,
      detail: `${join(cwd, 'agents')}: team.yaml`,
    });
    await rm(join(cwd, 'agents', 'team.yaml'));
    expect((await look())['teams']).toMatchObject({ found: false });
  });

  it('prints what to do and fails when something is missing', async () => {
    const lines: string[] = [];
    const source = { env: { OFFSTAGE_PORT: 'many' }, cwd };
    expect(await runDoctor({ source, nodeVersion: '20.19.0' }, (line) => lines.push(line))).toBe(1);
    expect(lines).toEqual([
      'ok  Node: 20.19.0',
      expect.stringMatching(/^NO {2}settings: OFFSTAGE_PORT is "many"/),
      '    → Correct them, in the environment or in .env.',
      '',
      'To be mended: settings.',
    ]);
  });
});

describe('offstage settings', () => {
  it('prints every setting, warnings and what is wrong, and no secret', () => {
    const lines: string[] = [];
    const env = { OPENAI_API_KEY: 'hunter2', OFFSTAGE_PROT: '1', OFFSTAGE_PORT: 'many' };
    expect(printSettings({ source: { env, cwd }, secrets: false }, (line) => lines.push(line))).toBe(1);
    const printed = lines.join('\n');
    expect(printed).toMatch(/^OPENAI_API_KEY +set \(environment\)$/m);
    expect(printed).toMatch(/^OFFSTAGE_LOG +info \(default\)$/m);
    expect(printed).toContain('did you mean OFFSTAGE_PORT?');
    expect(printed).toContain('Wrong: OFFSTAGE_PORT is "many"');
    expect(printed).not.toContain('hunter2');
  });

  it('shows secrets when asked, the one that signs requests too, which is made where there is none', () => {
    const print = (): string => {
      const lines: string[] = [];
      const source = { env: { OPENAI_API_KEY: 'hunter2', OFFSTAGE_DATA: 'own-data' }, cwd };
      expect(printSettings({ source, secrets: true }, (line) => lines.push(line))).toBe(0);
      return lines.join('\n');
    };
    const [, secret] = /^OFFSTAGE_WEBHOOK_SECRET +(whsec_\S+)/m.exec(print()) ?? [];
    expect(secret).toBe(readFileSync(join(cwd, 'own-data', 'webhook-secret'), 'utf8').trim());
    expect(print()).toContain(secret);
    expect(print()).toMatch(/^OPENAI_API_KEY +hunter2 /m);
  });
});
