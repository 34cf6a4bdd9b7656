/** The secret by which receivers of functions know that a request is ours. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

const FILE = 'webhook-secret';
/** Standard Webhooks: 24 to 64 bytes. */
const BYTES = 32;

/** The one that is set, else the one of the data folder, which is made where there is none yet. */
export function openWebhookSecret({
  webhookSecret,
  dataFolder,
}: Pick<Settings, 'webhookSecret' | 'dataFolder'>): string {
  if (webhookSecret !== null) return webhookSecret;
  const path = join(dataFolder, FILE);
  mkdirSync(dataFolder, { recursive: true });
  try {
    writeFileSync(path, `whsec_${randomBytes(BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
