/** `offstage keys`: makes, lists and revokes the access keys of the API. */
import { hashKey, makeKey, toKeyId } from '../config/keys/access-key.ts';
import { addKey, readKeyFile, removeKey } from '../config/keys/key-file.ts';
import { accessKeySchema } from '../protocol/schemas/key-file.ts';
import { readErrorReason } from './read-error.mjs';

type Print = (line: string) => void;

export interface KeyCommand {
  /** What `OFFSTAGE_KEYS` names. */
  file: string | null;
  print: Print;
}

export interface NewKey {
  workspace: string;
  principal: string;
  role: string;
}

/** Prints the key alone, and what is to be said of it by `explain`. The exit code. */
export function createKey({ file, print, explain }: KeyCommand & { explain: Print }, wish: NewKey): 0 | 1 {
  return withFile({ file, print: explain }, (path) => {
    const key = makeKey();
    const made = accessKeySchema.safeParse({
      hash: hashKey(key),
      ...wish,
      created: new Date().toISOString(),
    });
    if (!made.success) {
      for (const { path: field, message } of made.error.issues) explain(`--${field.join('.')} ${message}`);
      return 1;
    }
    addKey(path, made.data);
    const { workspace, principal, role } = made.data;
    explain(
      `The key ${toKeyId(made.data)} of ${principal} (${role}, workspace ${workspace}), in ${path} as a hash.`,
    );
    explain(
      'It is shown only now: keep it where secrets are kept. Requests send it as "Authorization: Bearer <key>".',
    );
    print(key);
    return 0;
  });
}

/** The exit code. */
export function listKeys({ file, print }: KeyCommand): 0 | 1 {
  return withFile({ file, print }, (path) => {
    const keys = readKeyFile(path);
    if (keys.length === 0) print(`There is no key in ${path}. "offstage keys create" makes one.`);
    for (const key of keys) {
      const { workspace, principal, role, created = 'an unknown time' } = key;
      print(`${toKeyId(key)}  ${role.padEnd(6)}  ${workspace}  ${principal}  made ${created}`);
    }
    return 0;
  });
}

/** `id`: as `offstage keys list` shows it, or the first characters of it. The exit code. */
export function revokeKey({ file, print }: KeyCommand, id: string): 0 | 1 {
  return withFile({ file, print }, (path) => {
    const keys = readKeyFile(path);
    const found = keys.filter((key) => id !== '' && toKeyId(key).startsWith(id));
    const [key] = found;
    if (key === undefined || found.length > 1) {
      print(
        key === undefined
          ? `There is no key ${id} in ${path}. "offstage keys list" shows them.`
          : `There are ${found.length} keys that begin with ${id}: write more of it.`,
      );
      return 1;
    }
    removeKey(path, keys.indexOf(key));
    print(
      `The key ${toKeyId(key)} of ${key.principal} is revoked. A running API refuses it within a second.`,
    );
    if (keys.length === 1) print('It was the last one: without a key an API does not start.');
    return 0;
  });
}

function withFile({ file, print }: KeyCommand, run: (file: string) => 0 | 1): 0 | 1 {
  if (file === null) {
    print('OFFSTAGE_KEYS is not set: it names the file of access keys. Example: OFFSTAGE_KEYS=./keys.yaml');
    return 1;
  }
  try {
    return run(file);
  } catch (error) {
    print(readErrorReason(error));
    return 1;
  }
}
