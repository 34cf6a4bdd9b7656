import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import { openStore } from '../storage/store.ts';
import type { Store } from '../storage/store.ts';
import { packageRoot } from './package-root.mjs';

/** What the parts of a process are started with. */
export interface Surroundings {
  settings: Settings;
  logger: Logger;
  report: (line: string) => void;
  openStore: () => Promise<Store>;
  readWorkflowBundle: () => Promise<{ code: string }>;
}

export function makeSurroundings(settings: Settings, report: (line: string) => void): Surroundings {
  return {
    settings,
    logger: pino({ level: settings.logLevel }, pino.destination(2)),
    report,
    openStore: () => openStore({ dataFolder: settings.dataFolder, databaseUrl: settings.databaseUrl }),
    readWorkflowBundle: async () => ({
      code: await readFile(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8'),
    }),
  };
}
