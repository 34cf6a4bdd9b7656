// `npm run bundle` writes the workflow bundle beside the build, so that a worker starts without webpack.
// With --check it only makes it, which fails when the bundle holds what must not be in it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflows } from '../workers/bundle.ts';

const { code } = await bundleWorkflows();
if (!process.argv.includes('--check')) {
  const option = process.argv.indexOf('--out');
  const folder = option < 0 ? 'dist' : process.argv[option + 1];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'workflow-bundle.js'), code);
}
