import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { functionLength } from './scripts/lint/function-length.mjs';
import { noModuleState } from './scripts/lint/no-module-state.mjs';

const house = {
  plugins: { house: { rules: { 'function-length': functionLength, 'no-module-state': noModuleState } } },
};

/** What would make two replays of one history differ, or tie the engine to one place of execution. */
const impureGlobals = [
  ['process', 'settings come as arguments'],
  ['fetch', 'effects belong to activities'],
  ['setTimeout', 'waiting goes through the ports'],
  ['setInterval', 'waiting goes through the ports'],
  ['setImmediate', 'waiting goes through the ports'],
  ['queueMicrotask', 'waiting goes through the ports'],
  ['Buffer', 'not there in a workflow'],
  ['crypto', 'ids and chance come through the ports'],
  ['performance', 'time comes through the ports'],
].map(([name, why]) => ({ name, message: `Not in core/ and workflows/: ${why}.` }));

const impureProperties = [
  ['Date', 'now', 'time'],
  ['Math', 'random', 'chance'],
].map(([object, property, what]) => ({
  object,
  property,
  message: `Not in core/ and workflows/: ${what} comes through the ports.`,
}));

const impureSyntax = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Not in core/ and workflows/: time comes through the ports.',
  },
];

const reExports = [
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
  { selector: 'ExportNamedDeclaration[source]', message: 'No barrels: import from the file that has it.' },
];

const defaultExports = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only: one name everywhere.' },
];

const skippedTests = [
  {
    selector:
      'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/]',
    message: 'Every test runs: mend it or remove it.',
  },
];

const limits = {
  'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
  'house/function-length': ['error', { max: 60, skipBlankLines: false, skipComments: false, IIFEs: true }],
  complexity: ['error', 20],
  'max-depth': ['error', 4],
  'max-params': ['error', 5],
};

const soundness = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-console': 'off',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-unused-vars': 'off',
};

const typed = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/ban-ts-comment': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
};

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', '.offstage/', 'coverage/', 'test/replay/histories/'] },
  js.configs.recommended,
  house,
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: { ...limits, ...soundness } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { ...typed, 'no-undef': 'off', 'no-redeclare': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'fetch',
          'URL',
          'setTimeout',
          'clearTimeout',
          'AbortSignal',
          'Buffer',
          'performance',
          'AbortController',
          'setInterval',
          'clearInterval',
          'TextDecoder',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  { rules: { 'no-restricted-syntax': ['error', ...reExports, ...defaultExports] } },
  {
    // Tools that load a configuration ask for its default export.
    files: ['*.config.mjs', 'test/support/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', ...reExports] },
  },
  { files: ['.dependency-cruiser.cjs'], languageOptions: { globals: { module: 'writable' } } },
  { files: ['workflows/index.ts'], rules: { 'no-restricted-syntax': ['error', ...defaultExports] } },
  {
    files: ['core/**/*.ts', 'workflows/**/*.ts'],
    ignores: ['workflows/index.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', ...reExports, ...defaultExports, ...impureSyntax],
    },
  },
  { files: ['{protocol,core,workflows}/**/*.ts'], rules: { 'house/no-module-state': 'error' } },
  {
    // The one place where a workflow reads the time: in its sandbox the clock is replayed.
    files: ['workflows/durable-clock.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // A test knows what it put there.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': ['error', ...reExports, ...defaultExports, ...skippedTests],
    },
  },
);
