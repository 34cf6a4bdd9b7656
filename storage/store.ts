/** What Offstage keeps beside Temporal: opens the database and gives one object for each concern. */
import { sql } from 'kysely';
import { AcceptedMessageStore } from './accepted-message-store.ts';
import { EventStore } from './event-store.ts';
import { FileStore } from './file-store.ts';
import { openEmbeddedDatabase, openServerDatabase } from './open-database.ts';
import { HookStore } from './hook-store.ts';
import { LedgerStore } from './ledger-store.ts';
import type { OutageListener } from './postgres-pool.ts';
import { PartialStore } from './partial-store.ts';
import { RequestStore } from './request-store.ts';
import { SessionStore } from './session-store.ts';
import { TaskStore } from './task-store.ts';
import { TeamStore } from './team-store.ts';
import { TodoStore } from './todo-store.ts';
import { TranscriptStore } from './transcript-store.ts';

export interface StoreOptions {
  /** The database lives in `<dataFolder>/store`; null keeps it in memory. One process at a time may open it. */
  dataFolder: string | null;
  /** A PostgreSQL server instead, for any number of processes. */
  databaseUrl?: string | null;
  /** Hears once of each time that the server is away, with the reason, and of its end. */
  onOutage?: OutageListener;
}

export interface Store {
  sessions: SessionStore;
  acceptedMessages: AcceptedMessageStore;
  tasks: TaskStore;
  transcript: TranscriptStore;
  partials: PartialStore;
  events: EventStore;
  teams: TeamStore;
  files: FileStore;
  hooks: HookStore;
  ledger: LedgerStore;
  todos: TodoStore;
  requests: RequestStore;
  /** Throws when the database does not answer, StoreAway where it is a server. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the store and brings it to the newest form. Every method throws StoreAway when a server is away. */
export async function openStore({ dataFolder, databaseUrl = null, onOutage }: StoreOptions): Promise<Store> {
  const db = await (databaseUrl === null
    ? openEmbeddedDatabase(dataFolder)
    : openServerDatabase(databaseUrl, onOutage));
  return {
    sessions: new SessionStore(db),
    acceptedMessages: new AcceptedMessageStore(db),
    tasks: new TaskStore(db),
    transcript: new TranscriptStore(db),
    partials: new PartialStore(db),
    events: new EventStore(db),
    teams: new TeamStore(db),
    files: new FileStore(db),
    hooks: new HookStore(db),
    ledger: new LedgerStore(db),
    todos: new TodoStore(db),
    requests: new RequestStore(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
