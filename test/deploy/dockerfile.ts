/** The instructions of the Dockerfile, and the files that `docker build` would be given. */
import { readFileSync } from 'node:fs';
import { listFiles } from '../../scripts/list-files.mjs';

export interface Instruction {
  name: string;
  /** Joined to one line. */
  rest: string;
}

export interface Stage {
  from: string;
  /** Empty for the last one, which has none. */
  name: string;
  instructions: Instruction[];
}

export function readDockerfile(file: string): Stage[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: Stage[] = [];
  for (const line of lines
    .join('\n')
    .replaceAll(/ *\\\n */g, ' ')
    .split('\n')) {
    const [name = '', ...words] = line.split(' ');
    if (name === 'FROM') stages.push({ from: words[0] ?? '', name: words[2] ?? '', instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest: words.join(' ') });
  }
  return stages;
}

/** As .dockerignore leaves them: it takes everything away, then names what comes back, and what of that does not. */
export function listBuildContext(): string[] {
  const rules = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => /^[^#]/.test(line));
  const brought = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  return listFiles().filter((file) => brought.some((path) => file === path || file.startsWith(`${path}/`)));
}
