/** Keys of the API. A key is random, so its plain sha256 gives nothing away; only that is kept. */
import { createHash, randomBytes } from 'node:crypto';
import type { AccessKey } from '../../protocol/schemas/key-file.ts';

const PREFIX = 'offstage_';

/** 256 bits of chance, with a prefix by which a key that got lost can be found. */
export function makeKey(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

export function hashKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** What people call a key by: enough of its hash to tell it from others. */
export function toKeyId({ hash }: Pick<AccessKey, 'hash'>): string {
  return hash.slice('sha256:'.length, 'sha256:'.length + 12);
}
