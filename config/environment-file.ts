import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The process's environment over the `.env` file of the working folder. A variable that is set to nothing in
 * the environment stays so: that is how a line of the file is switched off.
 */
export function readEnvironment(env: Environment, workingFolder: string): Environment {
  const file = join(workingFolder, '.env');
  if (!existsSync(file)) return env;
  return { ...parseEnv(readFileSync(file, 'utf8')), ...env };
}
