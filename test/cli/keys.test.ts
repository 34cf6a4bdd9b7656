import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKey, listKeys, revokeKey } from '../../cli/keys.ts';
import { openKeyRing } from '../../config/keys/key-ring.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-keys-'));
  file = join(folder, 'keys.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

/** What a command printed, and aside of that, and its exit code. */
function create(wish: { principal: string; role?: string; workspace?: string }) {
  const printed: string[] = [];
  const said: string[] = [];
  const code = createKey(
    { file, print: (line) => printed.push(line), explain: (line) => said.push(line) },
    { workspace: 'default', role: 'member', ...wish },
  );
  return { code, printed, said: said.join('\n') };
}

function run(command: (print: (line: string) => void) => number): { code: number; text: string } {
  const lines: string[] = [];
  const code = command((line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

describe('offstage keys', () => {
  it('shows a new key once, alone on the standard output, and keeps a hash for the owner of the file only', async () => {
    const { code, printed, said } = create({
      principal: 'ada@example.org',
      role: 'admin',
      workspace: 'clinic',
    });
    expect(code).toBe(0);
    expect(printed).toEqual([expect.stringMatching(/^offstage_[\w-]{43}$/)]);
    const [key = ''] = printed;
    expect(said).toContain('ada@example.org (admin, workspace clinic)');
    expect(said).not.toContain(key);
    expect(await readFile(file, 'utf8')).not.toContain(key);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const ring = openKeyRing({ file, onError: () => undefined });
    expect(ring.find(key)).toMatchObject({
      workspace: 'clinic',
      principal: 'ada@example.org',
      role: 'admin',
    });
    ring.close();
  });

  it('refuses names that ids cannot carry, and makes nothing', () => {
    for (const wish of [{ principal: 'a b' }, { principal: 'ada', workspace: '../x' }]) {
      expect(create(wish)).toMatchObject({
        code: 1,
        printed: [],
        said: expect.stringMatching(/^--\w+ must have/),
      });
    }
    expect(run((print) => listKeys({ file, print })).code).toBe(1);
  });

  it('lists keys by ids, by which one is revoked', () => {
    create({ principal: 'ada' });
    create({ principal: 'ben', role: 'admin' });
    const { text } = run((print) => listKeys({ file, print }));
    const [, id = ''] = /^(\w{12}) {2}admin {3}default {2}ben {2}made /m.exec(text) ?? [];
    expect(text).toMatch(/^\w{12} {2}member {2}default {2}ada {2}made 20/m);
    expect(run((print) => revokeKey({ file, print }, 'none'))).toMatchObject({ code: 1 });
    expect(run((print) => revokeKey({ file, print }, ''))).toMatchObject({ code: 1 });
    expect(run((print) => revokeKey({ file, print }, id))).toEqual({
      code: 0,
      text: `The key ${id} of ben is revoked. A running API refuses it within a second.`,
    });
    expect(run((print) => listKeys({ file, print })).text).not.toContain('ben');
  });

  it('asks for the name of the file', () => {
    expect(run((print) => listKeys({ file: null, print }))).toMatchObject({
      code: 1,
      text: expect.stringContaining('OFFSTAGE_KEYS=./keys.yaml'),
    });
  });
});
