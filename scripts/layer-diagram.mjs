// The diagram of ARCHITECTURE.md, made from what the files really import.
import { execFileSync } from 'node:child_process';

const FOLDERS = [
  'api',
  'cli',
  'demo',
  'workers',
  'workflows',
  'activities',
  'storage',
  'bus',
  'config',
  'core',
  'protocol',
];

/** Which folder imports from which. */
function readEdges() {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'];
  const output = execFileSync('node_modules/.bin/depcruise', args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const edges = new Map(FOLDERS.map((folder) => [folder, new Set()]));
  for (const { source, dependencies } of JSON.parse(output).modules) {
    const from = source.split('/')[0];
    for (const { resolved } of dependencies) {
      const to = resolved.split('/')[0];
      if (from !== to && edges.has(from) && edges.has(to)) edges.get(from).add(to);
    }
  }
  return edges;
}

/** Whether `to` is reached from `from` over at least one other folder. */
function isImplied(edges, from, to) {
  const seen = new Set();
  const open = [...edges.get(from)].filter((folder) => folder !== to);
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (folder === to) return true;
    if (seen.has(folder)) continue;
    seen.add(folder);
    open.push(...edges.get(folder));
  }
  return false;
}

/** @returns {string} Mermaid, with the arrows left out that others imply */
export function drawLayers() {
  const edges = readEdges();
  const drawn = FOLDERS.flatMap((from) =>
    FOLDERS.filter((to) => edges.get(from).has(to) && !isImplied(edges, from, to)).map(
      (to) => `  ${from}["${from}/"] --> ${to}["${to}/"]`,
    ),
  );
  return ['```mermaid', 'flowchart TD', ...drawn, '```'].join('\n');
}
