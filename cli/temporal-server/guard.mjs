// @ts-check
// Runs the Temporal server for another process and ends it when that process is gone, however it went: the
// pipe on standard input closes with it. Usage: node guard.mjs <JSON of GuardTask>
import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readProcessStart } from '../file-lock.mjs';

/**
 * @typedef {object} GuardTask
 * @property {string} command
 * @property {string[]} args
 * @property {string} pidFile says which server runs, for the next start
 * @property {number} stopDeadline milliseconds from the request to end until the server is killed
 */

/** @type {GuardTask} */
const task = JSON.parse(process.argv[2] ?? '');
const server = spawn(task.command, task.args, { stdio: ['ignore', 'inherit', 'inherit'] });

server.on('error', (error) => {
  console.error(`The Temporal server cannot be started: ${error.message}`);
  process.exit(1);
});
server.on('exit', (code) => {
  rmSync(task.pidFile, { force: true });
  process.exit(code ?? 1);
});
if (server.pid) {
  const draft = `${task.pidFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ pid: server.pid, startedAt: readProcessStart(server.pid) }));
  renameSync(draft, task.pidFile);
}

let isStopping = false;
function stop() {
  if (isStopping) return;
  isStopping = true;
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), task.stopDeadline);
}
process.stdin.on('end', stop).on('error', stop).resume();
process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);
