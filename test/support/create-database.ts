import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** Makes an empty database on the server of the URL and gives its URL. */
export async function createDatabase(server: string, encoding = 'UTF8'): Promise<string> {
  const name = `offstage_${randomUUID().slice(0, 8)}`;
  await askDatabase(server, `create database ${name} encoding '${encoding}' template template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** One statement on a connection of its own. Throws when it was not done. */
export async function askDatabase(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
