/** One of the bench's own scripts as a process, which ends with this one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningScript {
  /** Where it serves, if it does. */
  url: string;
  stop(): Promise<void>;
}

const register = new URL('../../scripts/register-typescript.mjs', import.meta.url).href;

/** `path`: below bench/. Resolves when the script has told that it is ready. */
export async function startScript(path: string, args: string[] = []): Promise<RunningScript> {
  const script = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const child = fork(script, args, { execArgv: ['--import', register] });
  const ended = once(child, 'exit');
  const ready = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`${path} ended with ${code}`))),
  ]);
  const [{ url }] = ready as [{ url: string | null }];
  return {
    url: url ?? '',
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
