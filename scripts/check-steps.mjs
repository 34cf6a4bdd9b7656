// What `npm run check` looks at. Each is a command that can be run alone.
const bin = (name) => `node_modules/.bin/${name}`;
const cache = 'node_modules/.cache/offstage';
const withTypeScript = ['node', '--import', './scripts/register-typescript.mjs'];

const typesOf = (config) => [
  ...[bin('tsc'), '-p', `${config}.json`, '--noEmit', '--incremental'],
  ...['--tsBuildInfoFile', `${cache}/${config}.tsbuildinfo`],
];
const cached = (tool) => ['--cache', '--cache-location', `${cache}/${tool}`];

/** The longest first: two run at a time. @type {import('./run-steps.mjs').Step[]} */
export const checkSteps = [
  { name: 'lint', command: [bin('eslint'), '.', '--max-warnings', '0', ...cached('eslint')] },
  { name: 'types', command: typesOf('tsconfig') },
  { name: 'types of what runs in a workflow', command: typesOf('tsconfig.pure') },
  {
    name: 'format',
    command: [bin('prettier'), '--check', '--log-level', 'warn', '.', ...cached('prettier')],
  },
  { name: 'layers', command: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', '.'] },
  { name: 'dead code', command: [bin('knip'), '--no-progress', '--no-config-hints'] },
  { name: 'workflow bundle', command: [...withTypeScript, 'scripts/write-bundle.mjs', '--check'] },
  { name: 'generated files', command: [...withTypeScript, 'scripts/generate.mjs', '--check'] },
  { name: 'names', command: ['node', 'scripts/check-names.mjs'] },
  { name: 'lock file', command: ['node', 'scripts/complete-lock-file.mjs', '--check'] },
  { name: 'registry addresses', command: ['node', 'scripts/check-registries.mjs'] },
];
