import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collectFindings } from '../../cli/doctor-findings.ts';
import type { Finding } from '../../cli/doctor-findings.ts';
import { startTemporal } from '../../cli/temporal-server/start-temporal.ts';
import { loadSettings } from '../../config/settings.ts';
import { startRealApi, textOf } from '../api/real-api.ts';
import { makeCertificates } from '../support/certificates.ts';
import type { Certificates } from '../support/certificates.ts';
import { startSecureTemporal } from '../support/secure-temporal.ts';
import type { SecureTemporal } from '../support/secure-temporal.ts';
import { connectToTestServer } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

const KEY = 'the-api-key';
let cwd: string;
let certificates: Certificates;
let secure: SecureTemporal;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'offstage-tls-'));
  certificates = await makeCertificates(cwd);
  const server = await connectToTestServer();
  secure = await startSecureTemporal(server.address, certificates, KEY);
  await server.close();
});
afterAll(async () => {
  await secure.close();
  await rm(cwd, { recursive: true });
});

const toEnv = () => ({
  TEMPORAL_ADDRESS: secure.address,
  TEMPORAL_API_KEY: KEY,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.ca,
  TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.client.cert,
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.client.key,
});

async function reach(env: Record<string, string>): Promise<void> {
  const { temporal: settings } = loadSettings({ env, cwd });
  const access = await startTemporal({ settings, dataFolder: cwd, env: {}, report: () => undefined });
  await access.stop();
}

async function diagnose(env: Record<string, string>): Promise<Finding | undefined> {
  const source = { env: { ...env, OFFSTAGE_PORT: '0' }, cwd };
  const findings = await collectFindings({ source, nodeVersion: '20.19.0' });
  return findings.find(({ what }) => what === 'Temporal server');
}

describe('a Temporal server with TLS, client certificates and an API key', () => {
  it('serves a whole turn, each call with the key and the namespace', async () => {
    const { temporal } = loadSettings({ env: toEnv(), cwd });
    await reach(toEnv());
    const api = await startRealApi({ place: temporal.connectionOptions ?? {} });
    try {
      const session = await api.open({ root: [{ say: 'Hello over TLS' }] });
      const { body } = await api.send(
        'POST',
        `${session}/messages`,
        { text: 'hello' },
        { prefer: 'wait=60' },
      );
      expect(textOf(body.reply)).toBe('Hello over TLS');
    } finally {
      await api.close();
    }
    const methods = new Set(secure.calls.map(({ method }) => method));
    for (const method of [
      'StartWorkflowExecution',
      'PollWorkflowTaskQueue',
      'RespondActivityTaskCompleted',
    ]) {
      expect(methods).toContain(method);
    }
    const start = secure.calls.find(({ method }) => method === 'StartWorkflowExecution');
    expect(start?.namespace).toBe('default');
    expect(secure.refused).toBe(0);
  });

  it('that refuses the key for a while is away for as long: what was accepted goes on, and nobody has to start again', async () => {
    const { temporal } = loadSettings({ env: toEnv(), cwd });
    const api = await startRealApi({ place: temporal.connectionOptions ?? {} });
    try {
      const session = await api.open({ root: [{ say: 'Hello.' }, { say: 'Again.' }] });
      const say = (text: string, key: string) =>
        api.send('POST', `${session}/messages`, { text }, { prefer: 'wait=60', 'idempotency-key': key });
      expect(textOf((await say('hello', 'first')).body.reply)).toBe('Hello.');
      secure.revoke(true);
      expect(await say('again', 'second')).toMatchObject({
        status: 503,
        body: { type: 'urn:offstage:problem:unavailable' },
      });
      expect(await api.send('GET', session)).toMatchObject({ status: 200, body: { stale: true } });
      const before = secure.refused;
      // Most of these are the workers', who ask for work.
      await waitFor(() => secure.refused > before + 10);
      secure.revoke(false);
      expect(textOf((await say('again', 'second')).body.reply)).toBe('Again.');
    } finally {
      secure.revoke(false);
      await api.close();
    }
  });

  it("is also reached by a profile of Temporal's own configuration file, relative paths included", async () => {
    const text = (name: string): string => `${JSON.stringify(name)}`;
    const lines = [
      '[profile.cloud]',
      `address = ${text(secure.address)}`,
      'namespace = "default"',
      `api_key = ${text(KEY)}`,
      '[profile.cloud.tls]',
      'server_name = "temporal.test"',
      `server_ca_cert_path = ${text(certificates.ca)}`,
      `client_cert_path = ${text(certificates.client.cert)}`,
      `client_key_path = ${text(certificates.client.key)}`,
    ];
    await writeFile(join(cwd, 'temporal.toml'), lines.join('\n'));
    const env = { TEMPORAL_CONFIG_FILE: 'temporal.toml', TEMPORAL_PROFILE: 'cloud' };
    expect(loadSettings({ env, cwd }).temporal).toMatchObject({
      address: secure.address,
      namespace: 'default',
    });
    await reach(env);
    expect(await diagnose(env)).toMatchObject({ found: true });
  });

  it('takes the certificates as text', async () => {
    const { TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca, ...rest } = toEnv();
    await reach({ ...rest, TEMPORAL_TLS_SERVER_CA_CERT_DATA: await readFile(ca, 'utf8') });
  });

  it('is told by the doctor with what it was reached by, and which namespace is not there', async () => {
    expect(await diagnose(toEnv())).toMatchObject({
      ...{ found: true, detail: `${secure.address} answers by TLS and with an API key, namespace default` },
    });
    expect(await diagnose({ ...toEnv(), TEMPORAL_NAMESPACE: 'absent' })).toMatchObject({
      ...{ found: false, detail: expect.stringContaining('namespace absent: ') },
      todo: expect.stringContaining('TEMPORAL_NAMESPACE'),
    });
  });

  const without = (...names: string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(toEnv()).filter(([name]) => !names.includes(name)));

  it('tells the start that another API key is refused', async () => {
    const env = { ...toEnv(), TEMPORAL_API_KEY: 'wrong' };
    await expect(reach(env)).rejects.toThrow(
      /does not answer: .*unauthorized.*TEMPORAL_TLS\*, TEMPORAL_API_KEY/is,
    );
  });

  it('refuses what is not reached as it wants, and the doctor says why', async () => {
    const plain = { TEMPORAL_ADDRESS: secure.address, TEMPORAL_API_KEY: KEY, TEMPORAL_TLS: 'false' };
    const cases: [Record<string, string>, RegExp][] = [
      [without('TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'), /certificate required/],
      [without('TEMPORAL_TLS_SERVER_CA_CERT_PATH'), /certificate/],
      [{ ...toEnv(), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.test' }, /elsewhere\.test.*altnames/],
      [plain, /does it want TLS, or none/],
    ];
    await Promise.all(
      cases.map(async ([env, words]) => {
        const finding = await diagnose(env);
        expect(finding).toMatchObject({ found: false, detail: expect.stringMatching(words) });
        expect(JSON.stringify(finding)).not.toContain(KEY);
      }),
    );
  });
});
