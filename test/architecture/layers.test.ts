import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlantedTree } from './planted-tree.ts';
import { plantTree } from './planted-tree.ts';

const LEAVES = [
  ...['activities', 'api', 'bus', 'cli', 'config', 'core', 'demo', 'protocol'],
  ...['protocol/schemas', 'storage', 'test', 'workers', 'workflows'],
];
const leaf = 'export interface Leaf {\n  name: string;\n}\n';
const typeFrom = (path: string): string => `export type { Leaf } from '${path}';\n`;
const valueFrom = (path: string): string => `import '${path}';\n`;

/** Each breaks the rule of its first column, in the file of its second. */
const VIOLATIONS: [rule: string, file: string, text: string][] = [
  ['layer-protocol', 'protocol/upward.ts', typeFrom('../core/leaf.ts')],
  ['layer-core', 'core/upward.ts', typeFrom('../config/leaf.ts')],
  ['layer-config', 'config/upward.ts', typeFrom('../storage/leaf.ts')],
  ['layer-bus', 'bus/sideways.ts', typeFrom('../storage/leaf.ts')],
  ['layer-storage', 'storage/sideways.ts', typeFrom('../bus/leaf.ts')],
  ['layer-activities', 'activities/sideways.ts', typeFrom('../workflows/leaf.ts')],
  ['layer-workflows', 'workflows/sideways.ts', typeFrom('../activities/leaf.ts')],
  ['layer-workers', 'workers/upward.ts', typeFrom('../api/leaf.ts')],
  ['layer-api', 'api/sideways.ts', typeFrom('../cli/leaf.ts')],
  ['no-cycles', 'core/cycle-one.ts', typeFrom('./cycle-two.ts')],
  ['workflows-stay-inside', 'workflows/reads-config.ts', typeFrom('../config/leaf.ts')],
  ['workflows-stay-inside', 'workflows/reads-files.ts', valueFrom('node:fs')],
  ['core-is-pure', 'core/package.ts', valueFrom('uuid')],
  ['core-is-pure', 'core/built-in.ts', valueFrom('node:crypto')],
  ['protocol-is-names-and-shapes', 'protocol/package.ts', valueFrom('uuid')],
  ['zod-at-the-edges', 'protocol/parses.ts', valueFrom('zod')],
  ['zod-at-the-edges', 'core/parses.ts', valueFrom('../protocol/schemas/leaf.ts')],
  ['one-gateway', 'api/routes.ts', valueFrom('@temporalio/client')],
  ['engine-stands-alone', 'storage/knows-demo.ts', typeFrom('../demo/leaf.ts')],
  ['command-knows-the-demo-only', 'cli/knows-tests.ts', typeFrom('../test/leaf.ts')],
  ['demo-lives-apart', 'demo/knows-engine.ts', typeFrom('../core/leaf.ts')],
  ['console-speaks-http', 'console/knows-engine.ts', typeFrom('../core/leaf.ts')],
  ['product-without-development-packages', 'bus/development-package.ts', valueFrom('fast-check')],
  ['no-missing-file', 'config/missing.ts', valueFrom('./nowhere.ts')],
];

const ALLOWED: Record<string, string> = {
  'api/session-gateway.ts': valueFrom('@temporalio/client'),
  'cli/start.ts': valueFrom('../api/leaf.ts') + valueFrom('../demo/leaf.ts'),
  // A cycle is reported once, at its first file.
  'core/cycle-two.ts': typeFrom('./cycle-one.ts'),
  'core/names.ts': typeFrom('../protocol/schemas/leaf.ts'),
  'protocol/schemas/message.ts': valueFrom('zod'),
  'workflows/session.ts': valueFrom('@temporalio/workflow') + typeFrom('../core/leaf.ts'),
};

interface CruiseResult {
  summary: {
    violations: { from: string; rule: { name: string } }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

describe('the layer rules', () => {
  let tree: PlantedTree;
  let result: CruiseResult;
  const found = (): [string, string][] =>
    result.summary.violations.map(({ rule, from }): [string, string] => [rule.name, from]);

  beforeAll(async () => {
    tree = await plantTree({
      ...Object.fromEntries(LEAVES.map((folder) => [`${folder}/leaf.ts`, leaf])),
      ...Object.fromEntries(VIOLATIONS.map(([, file, text]) => [file, text])),
      ...ALLOWED,
    });
    const output = await tree.run('depcruise', [
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'],
    ]);
    result = JSON.parse(output) as CruiseResult;
  });
  afterAll(() => tree.remove());

  it.each(VIOLATIONS)('%s reports %s', (rule, file) => {
    expect(found()).toContainEqual([rule, file]);
  });

  it('let pass what the layers allow', () => {
    const planted = new Set(VIOLATIONS.map(([, file]) => file));
    expect(found().filter(([, file]) => !planted.has(file))).toEqual([]);
  });

  it('are all seen to fail here', () => {
    const rules = result.summary.ruleSetUsed.forbidden.map(({ name }) => name);
    expect(new Set(VIOLATIONS.map(([rule]) => rule))).toEqual(new Set(rules));
  });
});
