import { fileURLToPath } from 'node:url';
import { partTests } from './scripts/server-tests.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const { server, pure, postgres } = partTests(root);

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.offstage/'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
};

// A project without files would fall back to Jest's default pattern, so an empty list matches a name that is not there.
const matching = (files) =>
  files.length > 0 ? files.map((file) => `<rootDir>/${file}`) : ['<rootDir>/test/no-such.test.ts'];

export default {
  maxWorkers: 2,
  testTimeout: 120_000,
  projects: [
    { ...shared, displayName: 'pure', testMatch: matching(pure) },
    {
      ...shared,
      displayName: 'postgres',
      testMatch: matching(postgres),
      globals: { storeIsPostgres: true },
      globalSetup: '<rootDir>/test/support/start-postgres.mjs',
      globalTeardown: '<rootDir>/test/support/stop-postgres.mjs',
    },
    {
      ...shared,
      displayName: 'server',
      testMatch: matching(server),
      globalSetup: '<rootDir>/test/support/start-server.mjs',
      globalTeardown: '<rootDir>/test/support/stop-server.mjs',
    },
  ],
};
