// `npm run generate` writes what is made from the code; with --check a difference fails.
// A file that is generated as a whole has `make`; one with a generated part names it between two comments.
import { readFile, writeFile } from 'node:fs/promises';
import { renderOpenApiDocument } from '../api/documentation/openapi.ts';
import { renderEnvironmentExample } from '../config/environment-example.ts';
import { renderTeamFileSchema } from '../config/teams/team-file-schema.ts';
import { renderEventTable } from './event-table.mjs';
import { drawLayers } from './layer-diagram.mjs';

const generated = [
  { file: 'ARCHITECTURE.md', make: (text) => fillSection(text, 'layers', drawLayers()) },
  { file: '.env.example', make: () => renderEnvironmentExample() },
  { file: 'docs/events.md', make: () => renderEventTable() },
  { file: 'docs/openapi.json', make: () => renderOpenApiDocument() },
  { file: 'docs/team-file.schema.json', make: () => renderTeamFileSchema() },
];

/** Replaces what stands between `<!-- generated: name -->` and `<!-- end -->`. */
function fillSection(text, name, content) {
  const start = `<!-- generated: ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`There is no section "${name}" to fill`);
  return `${text.slice(0, from)}${start}\n${content}\n${text.slice(to)}`;
}

for (const { file, make } of generated) {
  const current = await readFile(file, 'utf8').catch(() => '');
  const wanted = await make(current);
  if (current === wanted) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is not what the code makes of it: npm run generate`);
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log(`Wrote ${file}`);
  }
}
