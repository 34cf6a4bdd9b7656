import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { settingsTable } from '../../config/settings-table.ts';
import { openWebhookSecret } from '../../config/webhook-secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'offstage-secret-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the secret that signs requests', () => {
  it('is made once, for its owner alone, where none is set', () => {
    const dataFolder = join(folder, 'data');
    const made = openWebhookSecret({ webhookSecret: null, dataFolder });
    expect(settingsTable.OFFSTAGE_WEBHOOK_SECRET.schema.safeParse(made).success).toBe(true);
    expect(openWebhookSecret({ webhookSecret: null, dataFolder })).toBe(made);
    expect(statSync(join(dataFolder, 'webhook-secret')).mode & 0o777).toBe(0o600);
    expect(openWebhookSecret({ webhookSecret: 'whsec_own', dataFolder })).toBe('whsec_own');
  });

  it.each(['a long random text', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_!!!!'])('has to be one: %s', (text) => {
    expect(settingsTable.OFFSTAGE_WEBHOOK_SECRET.schema.safeParse(text).success).toBe(false);
  });

  it.each([24, 32, 33, 34, 64])('may have %d bytes', (bytes) => {
    const text = `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
    expect(settingsTable.OFFSTAGE_WEBHOOK_SECRET.schema.safeParse(text).success).toBe(true);
  });
});
