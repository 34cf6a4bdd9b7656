/**
 * The access keys that are valid now. The file is looked at every second; one that breaks, or is gone, leaves the
 * keys of before, and tells so: a key is taken away by revoking it.
 */
import { timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { AccessKey } from '../../protocol/schemas/key-file.ts';
import { hashKey } from './access-key.ts';
import { readKeyFile } from './key-file.ts';

export interface KeyRing {
  /** Whom the key stands for; null where it is none of ours. */
  find(key: string): AccessKey | null;
  /** Calls `end` when the key is revoked or changed. Gives what stops that. */
  whileValid(key: AccessKey, end: () => void): () => void;
  close(): void;
}

export interface KeyRingOptions {
  file: string;
  /** Once for each new state of a file that cannot be used. */
  onError: (error: Error) => void;
}

const LOOK_EVERY_MS = 1_000;

/** Throws where the file cannot be used, or has no key. */
export function openKeyRing({ file, onError }: KeyRingOptions): KeyRing {
  let stamp = readStamp(file);
  let keys = readKeyFile(file);
  if (keys.length === 0) {
    throw new Error(`The file of access keys has no key: ${file}. Make one with "offstage keys create"`);
  }
  const uses = new Map<AccessKey, Set<() => void>>();

  const look = (): void => {
    const now = readStamp(file);
    if (now === stamp) return;
    stamp = now;
    try {
      const before = keys;
      const read = readKeyFile(file);
      // One that is as it was stays the same object: what it is used for goes on.
      keys = read.map((key) => before.find((known) => isSame(known, key)) ?? key);
    } catch (error) {
      onError(error as Error);
      return;
    }
    for (const [key, ends] of uses) {
      if (keys.includes(key)) continue;
      uses.delete(key);
      for (const end of ends) end();
    }
  };

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    find: (key) => findKey(keys, key),
    whileValid(key, end) {
      const ends = uses.get(key) ?? new Set();
      uses.set(key, ends.add(end));
      return () => {
        ends.delete(end);
        if (ends.size === 0 && uses.get(key) === ends) uses.delete(key);
      };
    },
    close: () => clearInterval(timer),
  };
}

/** Compares with every key, so that the time it takes tells nothing. */
function findKey(keys: readonly AccessKey[], presented: string): AccessKey | null {
  const hash = Buffer.from(hashKey(presented));
  let found: AccessKey | null = null;
  for (const key of keys) if (timingSafeEqual(Buffer.from(key.hash), hash)) found = key;
  return found;
}

function isSame(left: AccessKey, right: AccessKey): boolean {
  return (
    left.hash === right.hash &&
    left.workspace === right.workspace &&
    left.principal === right.principal &&
    left.role === right.role
  );
}

/** Changes whenever the file does; null where it cannot be seen. */
function readStamp(file: string): string | null {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return null;
  }
}
