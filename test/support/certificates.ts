import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM files: an authority, and what it signed for a server named `temporal.test` and for a client. */
export interface Certificates {
  ca: string;
  server: { cert: string; key: string };
  client: { cert: string; key: string };
}

/** Made by openssl, in the folder, good for a day. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const request = (name: string, more: string[]) =>
    run('openssl', [
      ...['req', '-x509', ...newKey, '-subj', `/CN=${name}`],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), ...more],
    ]);
  await request('authority', ['-addext', 'keyUsage=keyCertSign']);
  const sign = async (name: string): Promise<{ cert: string; key: string }> => {
    const authority = ['-CA', at('authority.pem'), '-CAkey', at('authority.key')];
    await request(name, [
      ...authority,
      '-addext',
      `subjectAltName=DNS:${name}`,
      '-addext',
      'basicConstraints=CA:FALSE',
    ]);
    return { cert: at(`${name}.pem`), key: at(`${name}.key`) };
  };
  return { ca: at('authority.pem'), server: await sign('temporal.test'), client: await sign('offstage') };
}
