import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Settings } from '../config/settings.ts';
import { openStore } from '../storage/store.ts';
import type { Store } from '../storage/store.ts';
import { createLogger } from './create-logger.ts';
import { createOutageReport, createRegistry } from './create-registry.ts';
import { packageRoot } from './package-root.mjs';

/** What the parts of a process are started with. */
export interface Surroundings {
  settings: Settings;
  logger: Logger;
  /** The numbers of this process. */
  registry: Registry;
  report: (line: string) => void;
  openStore: () => Promise<Store>;
  readWorkflowBundle: () => Promise<{ code: string }>;
}

export function makeSurroundings(settings: Settings, report: (line: string) => void): Surroundings {
  const logger = createLogger(settings.logLevel);
  const registry = createRegistry();
  const { dataFolder, databaseUrl } = settings;
  return {
    ...{ settings, logger, registry, report },
    openStore: () => openStore({ dataFolder, databaseUrl, onOutage: createOutageReport(logger, registry) }),
    readWorkflowBundle: async () => ({
      code: await readFile(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8'),
    }),
  };
}
