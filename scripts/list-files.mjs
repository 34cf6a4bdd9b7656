import { execFileSync } from 'node:child_process';

/** The files that are committed or would be by `git add`, as paths from the top of the repository. */
export function listFiles() {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return output.split('\0').filter(Boolean);
}
