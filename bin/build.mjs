// `npm run build`: what the bootstrap does when the sources have changed.
import { packageRoot } from '../cli/package-root.mjs';
import { buildSources } from './build-sources.mjs';

await buildSources(packageRoot, (line) => console.error(line));
