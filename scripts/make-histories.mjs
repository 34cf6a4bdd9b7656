// `npm run histories`: makes test/replay/histories anew, from what the tests of the workflows do on a real server.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'test/replay/histories');
for (const name of readdirSync(folder)) rmSync(join(folder, name));
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'test/workflows/'], {
  cwd: root,
  env: { ...process.env, TEST_HISTORIES: folder },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
