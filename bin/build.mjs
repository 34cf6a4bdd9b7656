// `npm run build`: what the bootstrap does when the sources have changed.
import { packageRoot } from '../cli/package-root.mjs';
import { withBootstrapLock } from './bootstrap-lock.mjs';
import { buildSources } from './build-sources.mjs';

const report = (line) => console.error(line);
await withBootstrapLock(packageRoot, report, () => buildSources(packageRoot, report));
