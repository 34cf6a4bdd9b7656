import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import type { TemporalAccess } from '../../../cli/temporal-server/start-temporal.ts';
import { startTemporal } from '../../../cli/temporal-server/start-temporal.ts';
import type { TemporalSettings } from '../../../config/temporal-settings.ts';

const settings: TemporalSettings = {
  ...{ address: null, namespace: 'default', connectionOptions: null, cliPath: null },
  ...{ port: 0, portIsDefault: false, uiPort: 0, uiPortIsDefault: false },
};
let dataFolder: string;
let embedded: TemporalAccess;

const start = (changes: Partial<TemporalSettings>): Promise<TemporalAccess> =>
  startTemporal({
    settings: { ...settings, ...changes },
    ...{ dataFolder, env: process.env, report: () => undefined },
  });

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'offstage-temporal-'));
  embedded = await start({ cliPath: process.env['OFFSTAGE_TEMPORAL_CLI'] ?? null });
}, 900_000);

afterAll(async () => {
  await embedded.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

describe('reaching Temporal', () => {
  it('starts the embedded server where no address is set', () => {
    expect(embedded).toMatchObject({
      connectionOptions: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      ...{ namespace: 'default', uiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
      cli: expect.stringContaining('(version '),
    });
  });

  it('uses the server that is set, adds the search attributes that it lacks, and leaves it running', async () => {
    const { address } = embedded.connectionOptions;
    const connection = await Connection.connect({ address });
    const namespace = 'elsewhere';
    const readAttributes = async (): Promise<string[]> =>
      Object.keys((await connection.operatorService.listSearchAttributes({ namespace })).customAttributes);
    await connection.workflowService.registerNamespace({
      ...{ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } },
    });

    expect(await readAttributes()).toEqual([]);
    for (const time of ['first', 'second']) {
      const given = await start({ address, namespace, connectionOptions: { address } });
      await given.stop();
      expect({ time, given }).toMatchObject({
        given: { connectionOptions: { address }, namespace, uiUrl: null },
      });
      expect(await readAttributes()).toEqual(expect.arrayContaining(['OffstageWorkspace', 'OffstageDepth']));
    }
    await connection.close();
  });

  it('says what to do where the server that is set does not answer', async () => {
    const address = '127.0.0.1:1';
    await expect(start({ address, connectionOptions: { address } })).rejects.toThrow(
      /server at 127\.0\.0\.1:1 \(TEMPORAL_ADDRESS\) does not answer: .* leave TEMPORAL_ADDRESS out/s,
    );
  });

  it('names a namespace that does not exist', async () => {
    const { address } = embedded.connectionOptions;
    const absent = start({ address, namespace: 'absent', connectionOptions: { address } });
    await expect(absent).rejects.toThrow(`The namespace absent of ${address}: `);
  });
});
