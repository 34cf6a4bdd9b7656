// `npm run bundle` writes the workflow bundle beside the build, so that a worker starts without webpack.
// With --check it only makes it, which fails when the bundle holds what must not be in it.
import { mkdir, writeFile } from 'node:fs/promises';
import { bundleWorkflows } from '../workers/bundle.ts';

const { code } = await bundleWorkflows();
if (!process.argv.includes('--check')) {
  await mkdir('dist', { recursive: true });
  await writeFile('dist/workflow-bundle.js', code);
}
