import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addKey, readKeyFile, removeKey } from '../../../config/keys/key-file.ts';
import { openKeyRing } from '../../../config/keys/key-ring.ts';
import type { KeyRing } from '../../../config/keys/key-ring.ts';
import { giveKey } from '../../support/access-keys.ts';
import { waitFor } from '../../support/wait-for.ts';

let folder: string;
let file: string;
let errors: string[];
const rings: KeyRing[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-keys-'));
  file = join(folder, 'keys.yaml');
  errors = [];
});
afterEach(async () => {
  for (const ring of rings.splice(0)) ring.close();
  await rm(folder, { recursive: true });
});

function open(): KeyRing {
  const ring = openKeyRing({ file, onError: (error) => errors.push(error.message) });
  rings.push(ring);
  return ring;
}

const HASH = `sha256:${'0'.repeat(64)}`;
const write = (text: string): Promise<void> => writeFile(file, text);

describe('the file of access keys', () => {
  it('keeps its comments, and never has a key itself', async () => {
    await write('# The clinic\nkeys: # none yet\n');
    const key = giveKey(file, 'ada');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('# The clinic');
    expect(text).toContain('principal: ada');
    expect(text).not.toContain(key.slice('offstage_'.length));
  });

  it('that cannot be read or written is told with what to do', async () => {
    await mkdir(file);
    expect(() => readKeyFile(file)).toThrow('Let the user who runs Offstage read it');
    file = join(folder, 'nowhere', 'keys.yaml');
    expect(() => giveKey(file, 'ada')).toThrow('Run this where its folder can be changed');
  });

  it('loses only the key that is removed', () => {
    for (const principal of ['ada', 'ben', 'cleo']) giveKey(file, principal);
    removeKey(file, 1);
    expect(readKeyFile(file).map(({ principal }) => principal)).toEqual(['ada', 'cleo']);
  });

  it.each([
    ['# one\nkeys: [', 'keys.yaml, line 2: BAD_'],
    ['- a', 'expected object'],
    [`keys: [{hash: ${HASH}, workspace: a/b, principal: ada, role: member}]`, 'keys.0.workspace: must have'],
    [`keys: [{hash: ${HASH}, workspace: default, principal: ada, role: owner}]`, 'must be member or admin'],
    [
      'keys: [{hash: offstage_secret, workspace: a, principal: b, role: admin}]',
      'keys.0.hash: must be sha256:',
    ],
    [`keys: [{hash: ${HASH}, workspace: a, principal: b, role: admin, rolle: x}]`, 'rolle'],
  ])(
    'with a mistake (%s) is refused with words, without what was in the place of a hash',
    async (text, words) => {
      await write(text);
      expect(() => readKeyFile(file)).toThrow(words);
      expect(() => readKeyFile(file)).not.toThrow('offstage_secret');
      const key = { hash: HASH, workspace: 'default', principal: 'ada', role: 'member' as const };
      expect(() => addKey(file, key)).toThrow(words);
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );
});

describe('the keys that are valid', () => {
  it('are found by the key itself and by nothing else', () => {
    const key = giveKey(file, 'ada', { role: 'admin' });
    giveKey(file, 'ben');
    const ring = open();
    expect(ring.find(key)).toMatchObject({ principal: 'ada', role: 'admin', workspace: 'default' });
    for (const other of ['', `${key}x`, key.slice(0, -1), key.toUpperCase()])
      expect(ring.find(other)).toBeNull();
    expect(ring.find(readKeyFile(file)[0]?.hash ?? '')).toBeNull();
  });

  it('follow the file: a new key is good, and what a revoked one is used for ends', async () => {
    const old = giveKey(file, 'ada');
    const stays = giveKey(file, 'ben');
    const ring = open();
    const ended: string[] = [];
    for (const [name, key] of Object.entries({ old, stays, left: old })) {
      const found = ring.find(key);
      if (found === null) throw new Error(name);
      const stop = ring.whileValid(found, () => ended.push(name));
      if (name === 'left') stop();
    }
    const added = giveKey(file, 'cleo');
    removeKey(file, 0);
    await waitFor(() => ring.find(added));
    expect(ring.find(old)).toBeNull();
    expect(ring.find(stays)).not.toBeNull();
    expect(ended).toEqual(['old']);
  });

  it('stay as they were while the file is broken or gone, which is told once', async () => {
    const key = giveKey(file, 'ada');
    const ring = open();
    await write('keys: [');
    await waitFor(() => errors.length > 0);
    expect(ring.find(key)).not.toBeNull();
    await rm(file);
    await waitFor(() => errors.length > 1);
    expect(ring.find(key)).not.toBeNull();
    expect(errors).toEqual([
      expect.stringContaining('not valid YAML'),
      expect.stringContaining('is not there'),
    ]);
    await write('keys: []');
    await waitFor(() => ring.find(key) === null);
  });

  it('are needed for a start', async () => {
    expect(open).toThrow('"offstage keys create" makes it');
    await write('keys: []');
    expect(open).toThrow('has no key');
  });
});
