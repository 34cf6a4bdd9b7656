/**
 * Stops the store at a chosen write: triggers take a lock that is free but for the moment at which a plan wants
 * somebody to die in the middle of that write.
 */
import { Client } from 'pg';
import { waitFor } from '../support/wait-for.ts';

/** Which write: of a table, at which its rows are of this kind. */
export const GATES = {
  'an answer': { key: 1, table: 'transcript_rows', when: `NEW.kind = 'assistant'` },
  'a tool result': { key: 2, table: 'transcript_rows', when: `NEW.kind = 'tool'` },
  'a tool effect': { key: 3, table: 'todos', when: 'true' },
  'the start of a task': { key: 4, table: 'tasks', when: `TG_OP = 'INSERT'` },
  'the end of a task': { key: 5, table: 'tasks', when: `NEW.status not in ('queued', 'running')` },
  'a rollover': { key: 6, table: 'events', when: 'true' },
  'an acknowledgement': { key: 7, table: 'accepted_messages', when: 'true' },
  'the answer of a request': { key: 8, table: 'idempotent_requests', when: `TG_OP = 'UPDATE'` },
} as const;
export type Gate = keyof typeof GATES;

export interface ClosedGate {
  /** Resolves when a write waits at it. */
  reached: Promise<void>;
  open(): Promise<void>;
}

export interface StoreGate {
  close(gate: Gate): Promise<ClosedGate>;
  /** The transcript rows of conversations whose text holds this, with the time at which they were written. */
  findAnswers(text: string): Promise<{ text: string; at: number }[]>;
  query<T>(statement: string, parameters?: unknown[]): Promise<T[]>;
}

export async function openStoreGate(url: string): Promise<StoreGate> {
  const ask = async <T>(statement: string, parameters: unknown[] = []): Promise<T[]> => {
    const client = await connect(url);
    try {
      return (await client.query(statement, parameters)).rows as T[];
    } finally {
      await client.end();
    }
  };
  for (const { key, table, when } of Object.values(GATES)) {
    await ask(`create or replace function fault_gate_${key}() returns trigger language plpgsql as $$
      begin
        if ${when} then perform pg_advisory_xact_lock_shared(${key}); end if;
        return NEW;
      end $$`);
    await ask(`create or replace trigger fault_gate_${key} before insert or update on ${table}
      for each row execute function fault_gate_${key}()`);
  }
  return {
    query: ask,
    findAnswers: (text) =>
      ask(
        `select content::text as text, at::float8 as at from transcript_rows
        where kind = 'assistant' and content::text like '%' || $1 || '%'`,
        [text],
      ),
    close: (gate) => closeGate(url, ask, GATES[gate].key),
  };
}

async function closeGate(url: string, ask: StoreGate['query'], key: number): Promise<ClosedGate> {
  const client = await connect(url);
  await client.query('select pg_advisory_lock($1)', [key]);
  let isOpen = false;
  const isWaitedFor = async (): Promise<boolean> => {
    if (isOpen) return true;
    const waiting = await ask<{ n: number }>(
      `select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = $1 and not granted`,
      [key],
    );
    return (waiting[0]?.n ?? 0) > 0;
  };
  return {
    reached: waitFor(isWaitedFor, { deadline: 60_000, interval: 15, what: 'a write at the gate' }).then(
      () => undefined,
    ),
    async open() {
      isOpen = true;
      // A store that was killed has let it go.
      await client.end().catch(() => undefined);
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
