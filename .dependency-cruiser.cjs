// The layers, top down. A folder may import from those below its own line, and from itself.
const LAYERS = [
  ['api', 'cli'],
  ['workers'],
  ['workflows', 'activities'],
  ['storage', 'bus'],
  ['config'],
  ['core'],
  ['protocol'],
];
// The product's parts beside the layers, and what nothing but themselves may import.
const BESIDE = ['demo', 'console', 'test', 'bench', 'examples', 'scripts'];

const folders = (names) => `^(${names.join('|')})/`;
const engine = LAYERS.flat();

/** What `folder` may not import: all above it and beside it. The `offstage` command starts the API, so cli may. */
function forbiddenTo(folder, rank) {
  const aboveAndBeside = LAYERS.slice(0, rank + 1).flat();
  return aboveAndBeside.filter((other) => other !== folder && !(folder === 'cli' && other === 'api'));
}

const pointDown = LAYERS.flatMap((line, rank) =>
  line.map((folder) => ({
    name: `layer-${folder}`,
    comment: `${folder}/ imports from the layers below it, never from above or beside it.`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: folders(forbiddenTo(folder, rank)) },
  })),
).filter((rule) => rule.to.path !== folders([]));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...pointDown,
    {
      name: 'no-cycles',
      comment: 'No cycles, types included: a cycle is one file in several pieces.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'workflows-stay-inside',
      comment: 'What runs in a workflow comes from workflows/, core/ and protocol/ and the SDK.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: '^(workflows|core|protocol)/|node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'core-is-pure',
      comment: 'core/ has no npm package, no clock and no I/O: core/ and protocol/ are all it knows.',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: '^(core|protocol)/' },
    },
    {
      name: 'protocol-is-names-and-shapes',
      comment: 'protocol/ imports the definitions of the SDK; only its schemas may use zod.',
      severity: 'error',
      from: { path: '^protocol/', pathNot: '^protocol/schemas/' },
      to: {
        pathNot: '^protocol/|node_modules/@temporalio/(workflow|common)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'zod-at-the-edges',
      comment: 'zod values would enter the workflow bundle: parse at the edges, import types inside.',
      severity: 'error',
      from: { path: '^(workflows|core|protocol)/', pathNot: '^protocol/schemas/' },
      to: { path: '^protocol/schemas/|node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-gateway',
      comment: 'api/ speaks to Temporal in its gateway files (gateway in their path) and nowhere else.',
      severity: 'error',
      from: { path: '^api/', pathNot: '^api/.*gateway' },
      to: { path: 'node_modules/@temporalio/' },
    },
    {
      name: 'engine-stands-alone',
      comment: 'The engine does not know the demo, the page, the tests, the measurements or the examples.',
      severity: 'error',
      from: { path: folders(engine.filter((folder) => folder !== 'cli')) },
      to: { path: folders(BESIDE) },
    },
    {
      name: 'command-knows-the-demo-only',
      comment:
        'The `offstage` command may start the demo model; tests and examples are not part of the product.',
      severity: 'error',
      from: { path: '^(cli|demo)/' },
      to: { path: folders(BESIDE.filter((folder) => folder !== 'demo')) },
    },
    {
      name: 'demo-lives-apart',
      comment:
        'The demo model is a provider like any other: it is reached over HTTP and knows names and shapes only.',
      severity: 'error',
      from: { path: '^demo/' },
      to: { path: folders(engine.filter((folder) => folder !== 'protocol')) },
    },
    {
      name: 'console-speaks-http',
      comment: 'The web page knows the HTTP API only.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: folders(engine) },
    },
    {
      name: 'product-without-development-packages',
      comment: 'What runs in production imports production dependencies.',
      severity: 'error',
      from: { path: folders([...engine, 'demo']) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-missing-file',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]offstage|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: false,
  },
};
