import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readComposeFile } from './compose-file.ts';
import { listBuildContext, readDockerfile } from './dockerfile.ts';
import { makeImage } from './make-image.ts';

let image: string;
beforeAll(async () => {
  image = await makeImage();
}, 180_000);
afterAll(() => rmSync(image, { recursive: true, force: true }));

/** Links stay what they are, so that nothing is found beside the packages that the image has. */
const LINKS = ['--preserve-symlinks', '--preserve-symlinks-main'];

function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const options = { cwd: join(image, 'app'), env: { PATH: process.env['PATH'] ?? '', ...env } };
  return new Promise((done) => {
    execFile(process.execPath, [...LINKS, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: stdout + stderr });
    });
  });
}

const offstage = (args: string[], env?: Record<string, string>) => run(['dist/cli/main.js', ...args], env);

describe('the image', () => {
  it('has what the command needs, with the packages of production alone', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await offstage(['--version'])).toEqual({ code: 0, output: `${version}\n` });
    expect(existsSync(join(image, 'app', 'node_modules', 'typescript'))).toBe(false);
    expect(existsSync(join(image, 'app', 'dist', 'workflow-bundle.js'))).toBe(true);
  });

  it('finds its teams, and says what a container lacks', async () => {
    const doctor = await offstage(['doctor'], { TEMPORAL_ADDRESS: '127.0.0.1:1', OFFSTAGE_PORT: '0' });
    expect(doctor.output).toMatch(/^ok {2}teams: \/.*app\/agents: assistant.yaml/m);
    expect(doctor.output).toMatch(/^NO {2}Temporal server: 127.0.0.1:1 does not answer/m);
    const worker = await offstage(['worker', '--queue', 'main']);
    expect(worker).toMatchObject({ code: 1, output: expect.stringContaining('DATABASE_URL is not set') });
  });

  it('knows the commands of docker-compose.yml', async () => {
    const commands = Object.values(readComposeFile().services).flatMap(
      ({ image: name, entrypoint, command = [] }) =>
        name.startsWith('offstage:') ? [[...(entrypoint ?? []).slice(1), ...command]] : [],
    );
    for (const command of commands) {
      const { code, output } = await offstage([...command, '--help']);
      expect([code, output]).toEqual([0, expect.stringContaining(`Usage: offstage ${command[0]}`)]);
    }
    expect((await offstage(['worker', '--queue', 'middle', '--help'])).code).toBe(1);
  });

  it('is healthy while what it runs says so, and tells why it is not', async () => {
    let status = 200;
    const server = createServer((request, response) => response.writeHead(status).end(request.url));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const check = (path: string) =>
      run(['bin/health-check.mjs', path], { OFFSTAGE_METRICS: `0.0.0.0:${port}` });
    expect(await check('/healthz')).toMatchObject({
      code: 0,
      output: expect.stringContaining('200 /healthz'),
    });
    status = 503;
    expect(await check('/readyz')).toMatchObject({ code: 1, output: expect.stringContaining('503 /readyz') });
    await new Promise((resolve) => server.close(resolve));
    expect(await check('/readyz')).toMatchObject({
      code: 1,
      output: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('the Dockerfile', () => {
  const stages = readDockerfile('Dockerfile');
  const last = stages.at(-1)?.instructions ?? [];
  const valueOf = (name: string): string => last.filter((one) => one.name === name).at(-1)?.rest ?? '';

  it('pins the version of Node, and ends as somebody who is not root', () => {
    for (const { from } of stages) {
      expect(stages.some(({ name }) => name === from) || /^node:20\.\d+\.\d+-/.test(from)).toBe(true);
    }
    expect(valueOf('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('starts Node as process 1, which then hears SIGTERM', () => {
    expect(JSON.parse(valueOf('ENTRYPOINT'))).toEqual(['offstage']);
    expect(last.find(({ name }) => name === 'RUN')?.rest).toContain(String.raw`'#!/bin/sh\nexec node `);
  });

  it('is given no file that a person, a test or a run left', () => {
    const context = listBuildContext();
    expect(context).toContain('cli/main.ts');
    expect(
      context.filter((file) => /^(test|docs|\.git|\.ci|\.offstage|\.env)|\.env|keys\.yaml/.test(file)),
    ).toEqual([]);
    expect(readFileSync('.dockerignore', 'utf8')).toMatch(/^\*$/m);
  });
});
