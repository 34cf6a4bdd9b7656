import { hashKey, makeKey } from '../../config/keys/access-key.ts';
import { addKey } from '../../config/keys/key-file.ts';

/** Adds a key to the file, of a member of the workspace `default` unless told otherwise. Gives the key itself. */
export function giveKey(
  file: string,
  principal: string,
  { workspace = 'default', role = 'member' as 'member' | 'admin' } = {},
): string {
  const key = makeKey();
  addKey(file, { hash: hashKey(key), workspace, principal, role });
  return key;
}
