/** The product as a person runs it: `offstage start` as a process, in a folder of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../scripts/clean-environment.mjs';
import { waitFor } from './wait-for.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin', 'offstage.mjs');

/** A fresh clone is built by the first start; a test's own deadline has to be longer. */
const START_DEADLINE_MS = 180_000;
const END_DEADLINE_MS = 60_000;
export const PRODUCT_TIMEOUT_MS = START_DEADLINE_MS + END_DEADLINE_MS;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Product {
  /** Of the API. */
  url: string;
  /** Of the Temporal Web UI, and host and port of the server itself. */
  temporalUi: string;
  temporalAddress: string;
  pid: number;
  /** Everything printed so far. */
  output(): string;
  /** Ctrl-C: SIGINT to the whole process group, as a terminal sends it. Resolves to the exit code. */
  interrupt(): Promise<number | null>;
  /** SIGKILL, to this process alone. */
  kill(): Promise<void>;
}

/** `offstage api` or `offstage worker`, as a process. */
export interface Part {
  pid: number;
  /** Of the API; null for a worker. */
  url: string | null;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  /** A signal, SIGKILL too, to this process alone. Resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface Ended {
  code: number | null;
  output: string;
}

export interface ProductFolder {
  /** The working folder, and the data folder in it. */
  folder: string;
  dataFolder: string;
  /** `offstage start`; rejects with what it printed when it ends instead. */
  start(env?: NodeJS.ProcessEnv): Promise<Product>;
  /** `offstage api` or `offstage worker`, up and running; rejects with what it printed when it ends instead. */
  startPart(args: string[], env?: NodeJS.ProcessEnv): Promise<Part>;
  /** `npm start`, up and running: the process is npm's own. */
  startByNpm(): Promise<Part>;
  /** Any command of `offstage`, until it ends by itself. `input` is its standard input. */
  run(args: string[], options?: { env?: NodeJS.ProcessEnv; input?: string }): Promise<Ended>;
  /** Ends what still runs, and removes the folder. */
  remove(): Promise<void>;
}

/** `teams`: paths below the checkout that are copied into the team folder, and team files by name. */
export async function makeProductFolder(teams: {
  copies?: string[];
  files?: Record<string, string>;
}): Promise<ProductFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-product-'));
  const dataFolder = join(folder, 'data');
  const teamFolder = join(folder, 'teams');
  await mkdir(teamFolder);
  for (const path of teams.copies ?? []) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    await cp(join(root, path), join(teamFolder, name));
  }
  for (const [name, yaml] of Object.entries(teams.files ?? {}))
    await writeFile(join(teamFolder, `${name}.yaml`), yaml);
  const started: { interrupt(): Promise<unknown> }[] = [];
  const settings = {
    ...cleanEnvironment(process.env),
    OFFSTAGE_TEMPORAL_CLI: process.env['TEST_TEMPORAL_CLI'],
    ...{ OFFSTAGE_DATA: dataFolder, OFFSTAGE_TEAMS: teamFolder, OFFSTAGE_LOG: 'error' },
    ...{ OFFSTAGE_PORT: '0', OFFSTAGE_TEMPORAL_PORT: '0', OFFSTAGE_TEMPORAL_UI_PORT: '0' },
  };
  const launch = (args: string[], env: NodeJS.ProcessEnv = {}): Launched =>
    launchProgram([process.execPath, program, ...args], folder, { ...settings, ...env });
  return {
    folder,
    dataFolder,
    async start(env) {
      const product = await awaitStart(launch(['start'], env));
      started.push(product);
      return product;
    },
    async startPart(args, env) {
      const launched = launch(args, env);
      await awaitUp(launched, args.join(' '));
      const part = toPart(launched);
      started.push({ interrupt: () => part.end('SIGINT') });
      return part;
    },
    async startByNpm() {
      const launched = launchProgram(['npm', 'start'], root, settings);
      await awaitUp(launched, 'start');
      return toPart(launched);
    },
    async run(args, { env, input } = {}) {
      const launched = launch(args, env);
      launched.child.stdin?.end(input ?? '');
      return { code: await launched.ended, output: launched.output() };
    },
    async remove() {
      await Promise.all(started.map((product) => product.interrupt()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Launched {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

function launchProgram([command = '', ...args]: string[], cwd: string, env: NodeJS.ProcessEnv): Launched {
  // Detached: a process group of its own, so that Ctrl-C can be sent to all of it and to nothing else.
  const child = spawn(command, args, { cwd, env, detached: true });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { child, output: () => output, ended };
}

async function awaitUp({ child, output, ended }: Launched, command: string): Promise<void> {
  const hasEnded = ended.then((code) => {
    throw new Error(`offstage ${command} ended with ${code}:\n${output()}`);
  });
  hasEnded.catch(() => undefined);
  const isUp = waitFor(() => output().includes('Ctrl-C ends it.'), {
    ...{ deadline: START_DEADLINE_MS, what: `offstage ${command}` },
  });
  await Promise.race([isUp, hasEnded]).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
}

function toPart({ child, output, ended }: Launched): Part {
  const url = /^ {2}API {2,}(.+)$/m.exec(output())?.[1] ?? null;
  return {
    ...{ pid: child.pid ?? 0, url, output, ended },
    async end(signal) {
      if (running.has(child)) child.kill(signal);
      const tooLate = setTimeout(() => child.kill('SIGKILL'), END_DEADLINE_MS);
      const code = await ended;
      clearTimeout(tooLate);
      return code;
    },
  };
}

async function awaitStart(launched: Launched): Promise<Product> {
  await awaitUp(launched, 'start');
  const { child, output, ended } = launched;
  const pid = child.pid ?? 0;
  return {
    ...{ pid, output, url: readLine(output(), 'API') },
    temporalUi: readLine(output(), 'Temporal Web UI'),
    temporalAddress: readLine(output(), 'Temporal').split(' ')[0] ?? '',
    async interrupt() {
      if (running.has(child)) process.kill(-pid, 'SIGINT');
      const tooLate = setTimeout(() => child.kill('SIGKILL'), END_DEADLINE_MS);
      const code = await ended;
      clearTimeout(tooLate);
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The value of a line such as `  API   http://…`. */
function readLine(output: string, name: string): string {
  const found = new RegExp(`^  ${name}  +(.+)$`, 'm').exec(output)?.[1];
  if (found === undefined) throw new Error(`No line "${name}" in:\n${output}`);
  return found;
}
