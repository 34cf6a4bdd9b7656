/** A process of the run that may be killed and started again, as a supervisor would. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { waitFor } from '../support/wait-for.ts';

export interface ServerProcess {
  name: string;
  /** Everything that this and earlier lives printed, the last part of it. */
  output(): string;
  isRunning(): boolean;
  start(): Promise<void>;
  /** SIGKILL to its whole process group; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended, and rejects where it does not do so in time, or with a failure. */
  drain(): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Whether it serves; what it throws counts as not yet. */
  isReady: (output: string) => Promise<boolean> | boolean;
}

const OUTPUT_KEPT = 60_000;
const READY_WITHIN_MS = 90_000;
/** `stop_grace_period` of the workers in docker-compose.yml. */
const DRAINED_WITHIN_MS = 60_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) killGroup(child);
});

export function createServerProcess(options: ProcessOptions): ServerProcess {
  const { name, command, args, cwd, env, isReady } = options;
  let child: ChildProcess | null = null;
  let output = '';
  /** Of this life. */
  let current = '';

  function launch(): ChildProcess {
    const launched = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    current = '';
    running.add(launched);
    for (const stream of [launched.stdout, launched.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        current += text;
        output = (output + text).slice(-OUTPUT_KEPT);
      });
    }
    launched.once('exit', (code, signal) => {
      running.delete(launched);
      output += `\n[${name} ended: ${code ?? signal}]\n`;
      if (child === launched) child = null;
    });
    return launched;
  }

  return {
    name,
    output: () => output,
    isRunning: () => child !== null,
    async start() {
      await waitFor(
        async () => {
          child ??= launch();
          return await isReady(current);
        },
        { deadline: READY_WITHIN_MS, interval: 50, what: () => `${name} to serve:\n${output.slice(-1500)}` },
      );
    },
    async kill() {
      const killed = child;
      if (killed === null) return;
      killGroup(killed);
      await waitFor(() => !running.has(killed), { interval: 5, what: `the end of ${name}` });
    },
    async drain() {
      const drained = child;
      if (drained === null) return;
      drained.kill('SIGTERM');
      await waitFor(() => !running.has(drained), {
        ...{ deadline: DRAINED_WITHIN_MS, interval: 5, what: `${name} to end after SIGTERM` },
      });
      if (drained.exitCode !== 0)
        throw new Error(`${name} ended with ${drained.exitCode ?? drained.signalCode} after SIGTERM`);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
