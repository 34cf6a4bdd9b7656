import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';
import { bundleWorkflows, checkBundle } from '../../workers/bundle.ts';

const silent = (): void => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

describe('the check of the workflow bundle', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'offstage-bundle-'));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function bundle(text: string): Promise<string> {
    const workflowsPath = join(folder, 'workflows.ts');
    await writeFile(workflowsPath, text);
    return (await bundleWorkflowCode({ workflowsPath, logger })).code;
  }

  it('lets pass a workflow that needs the SDK only', async () => {
    const code = await bundle(
      "import { sleep } from '@temporalio/workflow';\nexport const nap = () => sleep(1);\n",
    );
    expect(() => checkBundle(code)).not.toThrow();
  });

  it('names a package that came in', async () => {
    const code = await bundle(
      "import { z } from 'zod';\nexport const parse = async () => z.string().parse('');\n",
    );
    expect(() => checkBundle(code)).toThrow(/holds zod/);
  });

  it('refuses a bundle that has grown beyond the limit', () => {
    expect(() => checkBundle('x'.repeat(1_100_001))).toThrow(/1100001 characters/);
  });
});

interface BundleInContext {
  preloadModules(): void;
  importWorkflows(): Record<string, unknown>;
}

describe('the workflow bundle', () => {
  it('has all modules evaluated before the first workflow, for all of them', async () => {
    const { code } = await bundleWorkflows();
    const modules: Record<string, unknown> = {};
    const context = createContext({
      __webpack_module_cache__: modules,
      TextEncoder,
      TextDecoder,
      AsyncLocalStorage,
    });
    runInContext(code, context);
    const bundle = runInContext('__TEMPORAL__', context) as BundleInContext;
    bundle.preloadModules();
    const preloaded = Object.keys(modules);
    expect(preloaded).toContainEqual(expect.stringMatching(/core\/fold\.[jt]s$/));
    expect(Object.keys(bundle.importWorkflows())).toEqual(['postSession', 'preSession', 'session', 'task']);
    expect(Object.keys(modules)).toEqual(preloaded);
  });
});
