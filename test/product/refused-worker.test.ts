import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApart } from '../support/apart.ts';
import type { Apart } from '../support/apart.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startSecureTemporal } from '../support/secure-temporal.ts';
import type { SecureTemporal } from '../support/secure-temporal.ts';
import { waitFor } from '../support/wait-for.ts';

const KEY = 'the-api-key';
let apart: Apart;
let secure: SecureTemporal;
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-refused-'));
  apart = await startApart({});
  const { ca, client, server } = await makeCertificates(folder);
  secure = await startSecureTemporal(apart.env['TEMPORAL_ADDRESS'] ?? '', { ca, client, server }, KEY);
  env = {
    ...apart.env,
    ...{ TEMPORAL_ADDRESS: secure.address, TEMPORAL_API_KEY: KEY, TEMPORAL_TLS_SERVER_NAME: 'temporal.test' },
    ...{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca },
    ...{ TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: client.key },
  };
});
afterAll(async () => {
  await secure.close();
  await apart.close();
  await rm(folder, { recursive: true });
});

describe('a worker that Temporal refuses for good', () => {
  // The SDK asks again for a minute.
  it('ends with 1 and says so, so that whoever supervises it starts another one', async () => {
    const worker = apart.folder.run(['worker'], { env: { ...env, OFFSTAGE_LOG: 'error' } });
    await waitFor(() => secure.calls.some(({ method }) => method === 'PollWorkflowTaskQueue'));
    secure.revoke(true);
    const { code, output } = await worker;
    expect(output).toMatch(/The workers have ended: that of the queue offstage\S* has failed/);
    expect(output).toContain('Request unauthorized.');
    expect(code).toBe(1);
  }, 180_000);
});
