import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { partTests } from '../../scripts/server-tests.mjs';

// In pieces, so that this file does not itself seem to import the harness.
const harness = '../support/temporal.ts';
const database = '../support/run-postgres.ts';
const place = './store-place.ts';

describe('the parting of tests', () => {
  let root = '';
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('gives tests the servers that they reach through their imports, and those of the store both stores', async () => {
    root = await mkdtemp(join(tmpdir(), 'offstage-parting-'));
    const files = {
      'test/support/temporal.ts': '',
      'test/workflows/open-session.ts': `import { connect } from '${harness}';`,
      'test/workflows/session.test.ts': "import { openSession } from './open-session.ts';",
      'test/api/direct.test.ts': `import type { TestServer } from '${harness}';`,
      'test/support/run-postgres.ts': '',
      'test/storage/store-place.ts': `import { makeDatabase } from '${database}';`,
      'test/storage/store.test.ts': `import { makePlace } from '${place}';`,
      'test/storage/races.test.ts': `import { makeDatabase } from '${database}';`,
      'test/core/turn.test.ts': "import { runTurn } from '../../core/turn.ts';",
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    expect(partTests(root)).toEqual({
      server: ['test/api/direct.test.ts', 'test/workflows/session.test.ts'],
      postgres: ['test/storage/races.test.ts', 'test/storage/store.test.ts'],
      pure: ['test/core/turn.test.ts', 'test/storage/store.test.ts'],
    });
  });
});
