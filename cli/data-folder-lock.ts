import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryFileLock } from './file-lock.mjs';

export interface DataFolderLock {
  release: () => void;
}

/**
 * One process owns a data folder: PGlite takes no lock of its own, and two processes on one store lose rows.
 * The lock of a process that was killed is taken over. Throws, naming the owner, if there is one.
 */
export function lockDataFolder(dataFolder: string): DataFolderLock {
  mkdirSync(dataFolder, { recursive: true });
  const attempt = tryFileLock(join(dataFolder, 'lock'));
  if ('release' in attempt) return attempt;
  throw new Error(
    `Process ${attempt.holder.pid} already runs Offstage on the data folder ${dataFolder}. ` +
      'End it first, or set OFFSTAGE_DATA to another folder.',
  );
}
