import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlantedTree } from './planted-tree.ts';
import { plantTree } from './planted-tree.ts';

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const functionOf = (count: number): string =>
  `export function work(): void {\n${lines(count - 2, '  void 0;')}}\n`;
const longFunction = functionOf(61);
const branches = `export function pick(value: number): number {\n${lines(20, '  if (value > 1) value -= 1;')}  return value;\n}\n`;
const exhaustive = `export function name(kind: 'a' | 'b'): string {
  switch (kind) {
    case 'a':
      return 'first';
  }
  return '';
}
`;
const describeBlock = `import { describe } from '@jest/globals';\n\ndescribe('much', () => {\n${lines(80, '  void 0;')}});\n`;

/** Each breaks the rule of its first column, in the file of its second. */
const VIOLATIONS: [rule: string, file: string, text: string][] = [
  ['max-lines', 'storage/long-file.ts', lines(301, 'void 0;')],
  ['house/function-length', 'storage/long-function.ts', longFunction],
  ['house/function-length', 'test/long-function.ts', longFunction],
  ['complexity', 'storage/branches.ts', branches],
  ['no-restricted-globals', 'core/environment.ts', 'export const home = process.env;\n'],
  ['no-restricted-globals', 'core/timer.ts', 'setTimeout(() => undefined, 1);\n'],
  ['no-restricted-globals', 'workflows/fetch.ts', "export const page = fetch('http://localhost');\n"],
  ['no-restricted-properties', 'core/clock.ts', 'export const now = Date.now();\n'],
  ['no-restricted-properties', 'workflows/chance.ts', 'export const chance = Math.random();\n'],
  ['no-restricted-syntax', 'core/date.ts', 'export const now = new Date();\n'],
  ['house/no-module-state', 'core/counter.ts', 'let count = 0;\nexport const next = () => (count += 1);\n'],
  [
    'house/no-module-state',
    'workflows/cache.ts',
    'const seen = new Set<string>();\nexport const see = (id: string) => seen.add(id);\n',
  ],
  [
    'house/no-module-state',
    'protocol/names.ts',
    "const names: Record<string, string> = {};\nexport const name = (id: string) => (names[id] = 'x');\n",
  ],
  [
    'house/no-module-state',
    'core/foreign-names.ts',
    "import { names } from '../protocol/fixed-names.ts';\n\nexport const add = () => Object.assign(names, { a: 1 });\n",
  ],
  ['no-restricted-syntax', 'storage/barrel.ts', "export * from './leaf.ts';\n"],
  ['no-restricted-syntax', 'storage/named-barrel.ts', "export { leaf } from './leaf.ts';\n"],
  ['no-restricted-syntax', 'storage/default.ts', 'export default 1;\n'],
  [
    'no-restricted-syntax',
    'test/skipped.ts',
    "import { it } from '@jest/globals';\n\nit.skip('never', () => undefined);\n",
  ],
  ['@typescript-eslint/no-explicit-any', 'storage/any.ts', 'export const leaf: any = 1;\n'],
  ['@typescript-eslint/no-floating-promises', 'storage/floating.ts', 'Promise.resolve(1);\n'],
  ['@typescript-eslint/no-misused-promises', 'storage/misused.ts', 'if (Promise.resolve(1)) void 0;\n'],
  ['@typescript-eslint/switch-exhaustiveness-check', 'storage/switch.ts', exhaustive],
  [
    '@typescript-eslint/consistent-type-imports',
    'storage/type-import.ts',
    "import { Leaf } from './leaf.ts';\n\nexport const leaves: Leaf[] = [];\n",
  ],
];

const ALLOWED: Record<string, string> = {
  'storage/leaf.ts': 'export const leaf = 1;\nexport interface Leaf {\n  name: string;\n}\n',
  'storage/clock.ts': 'export const now = Date.now();\nexport const home = process.env;\n',
  'protocol/fixed-names.ts':
    'export const names: Record<string, string> = { a: "b" };\nexport const first = () => [...Object.keys(names)].sort()[0];\n',
  'storage/cache.ts': 'const seen = new Set<string>();\nexport const see = (id: string) => seen.add(id);\n',
  'storage/short.ts': functionOf(60),
  'test/describe.ts': describeBlock,
  'workflows/index.ts': "export { leaf } from './leaf.ts';\n",
  'workflows/leaf.ts': 'export const leaf = 1;\n',
};

type LintResult = { filePath: string; messages: { ruleId: string | null; message: string }[] }[];

describe('the lint rules', () => {
  let tree: PlantedTree;
  let found: [rule: string | null, file: string][];

  beforeAll(async () => {
    tree = await plantTree({
      ...Object.fromEntries(VIOLATIONS.map(([, file, text]) => [file, text])),
      ...ALLOWED,
    });
    const output = await tree.run('eslint', ['.', '--format', 'json']);
    found = (JSON.parse(output) as LintResult).flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId }): [string | null, string] => [
        ruleId,
        filePath.split('/').slice(-2).join('/'),
      ]),
    );
  });
  afterAll(() => tree.remove());

  it.each(VIOLATIONS)('%s reports %s', (rule, file) => {
    expect(found).toContainEqual([rule, file]);
  });

  it('let pass a clean file, a long describe block and the entry of the workflow bundle', () => {
    const planted = new Set(VIOLATIONS.map(([, file]) => file));
    expect(found.filter(([, file]) => !planted.has(file))).toEqual([]);
  });

  it('stand beside a compiler that knows no Node in core/ and workflows/', async () => {
    const output = await tree.run('tsc', ['--noEmit', '-p', 'tsconfig.pure.json']);
    for (const name of ['process', 'setTimeout', 'fetch']) {
      expect(output).toMatch(new RegExp(`(core|workflows)/.*Cannot find name '${name}'`));
    }
  });
});

describe('the dead code rule', () => {
  it('reports a file, an export and a package that nothing uses', async () => {
    const tree = await plantTree({
      'cli/main.ts': "import { used } from './used.ts';\n\nused();\n",
      'cli/used.ts': 'export function used(): void {}\nexport function forgotten(): void {}\n',
      'cli/nobody.ts': 'export const nobody = 1;\n',
    });
    const output = await tree.run('knip', ['--no-progress']);
    await tree.remove();
    expect(output).toMatch(/^cli\/nobody\.ts/m);
    expect(output).toMatch(/^forgotten .*cli\/used\.ts/m);
    expect(output).toMatch(/^yaml .*package\.json/m);
  });
});
