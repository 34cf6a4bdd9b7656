import { fileURLToPath } from 'node:url';
import type { Logger } from '@temporalio/worker';
import { bundleWorkflowCode } from '@temporalio/worker';

/** All that a workflow needs from npm: the SDK and what it brings. zod alone would triple the bundle. */
const ALLOWED_PACKAGES = new Set(['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc']);
/** Characters without the source map: each worker process compiles this much at start. */
const SIZE_LIMIT = 1_100_000;

// The sources and the build differ in the extension only, and both stand beside their workflows/.
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const toPath = (name: string): string =>
  fileURLToPath(new URL(`../workflows/${name}${extension}`, import.meta.url));

/**
 * Bundles the workflows for `Worker.create({ workflowBundle })`.
 * Throws when they reach a Node built-in, a package beyond the Temporal SDK, or grow past the limit.
 */
export async function bundleWorkflows(): Promise<{ code: string }> {
  const workflowsPath = toPath('index');
  // Else each run of a workflow would evaluate all modules anew, and keep its own: they hold no state (a lint rule).
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: [toPath('stack-depth'), workflowsPath],
    workflowInterceptorModules: [toPath('anchor-told-events')],
    logger: errorsOnly,
  });
  checkBundle(code);
  return { code };
}

/** Throws with the reason when the bundle holds what must not be in it. */
export function checkBundle(code: string): void {
  const source = code.replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  const strangers = new Set<string>();
  for (const [, name] of source.matchAll(/^\/\*\*\*\/ "[^"]*node_modules\/((?:@[^/"]+\/)?[^/"]+)\//gm)) {
    if (name !== undefined && !ALLOWED_PACKAGES.has(name)) strangers.add(name);
  }
  if (strangers.size > 0) {
    throw new Error(
      `The workflow bundle holds ${[...strangers].join(', ')}: import only types from there in core/, workflows/ and what they use`,
    );
  }
  if (source.length > SIZE_LIMIT) {
    throw new Error(
      `The workflow bundle has ${source.length} characters, more than ${SIZE_LIMIT}: find what came in`,
    );
  }
}

const silent = (): void => undefined;
const errorsOnly: Logger = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: (message) => console.error(message),
};
