import type { CreateTableBuilder, Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

// A migration stands for the form of its own day, so it does not know today's table types.
type AnyDatabase = Kysely<unknown>;

const CONVERSATION = ['workspace', 'session', 'task'] as const;

/** A table that belongs to a session and goes with it. */
function createSessionTable(db: AnyDatabase, name: string): CreateTableBuilder<string, string> {
  return db.schema
    .createTable(name)
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('session', 'text', (column) => column.notNull())
    .addForeignKeyConstraint(
      `${name}_session`,
      ['workspace', 'session'],
      'sessions',
      ['workspace', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    );
}

/** A table whose rows belong to one conversation: the session's (`task = ''`) or a task's. */
function createConversationTable(
  db: AnyDatabase,
  name: string,
  key: readonly string[],
): CreateTableBuilder<string, string> {
  return createSessionTable(db, name)
    .addColumn('task', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, [...CONVERSATION, ...key]);
}

async function createSessions(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('team_name', 'text', (column) => column.notNull())
    .addColumn('team_version', 'text', (column) => column.notNull())
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('user', 'json')
    .addColumn('title', 'text')
    .addColumn('variables', 'json', (column) => column.notNull())
    .addColumn('metadata', 'json', (column) => column.notNull())
    .addColumn('demo', 'boolean', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .addColumn('close_reason', 'text')
    .addColumn('final_view', 'json')
    .addPrimaryKeyConstraint('sessions_key', ['workspace', 'id'])
    .execute();
  await db.schema
    .createIndex('sessions_newest')
    .on('sessions')
    .columns(['workspace', 'created_at desc', 'id desc'])
    .execute();
  await createSessionTable(db, 'accepted_messages')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('acknowledgement', 'json', (column) => column.notNull())
    .addPrimaryKeyConstraint('accepted_messages_key', ['workspace', 'session', 'id'])
    .execute();
}

async function createTasks(db: AnyDatabase): Promise<void> {
  await createSessionTable(db, 'tasks')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('starter', 'text')
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('depth', 'integer', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('expected_output', 'text')
    .addColumn('attachments', 'json', (column) => column.notNull())
    .addColumn('variables', 'json', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('partial', 'boolean', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('error', 'json')
    .addColumn('usage', 'json')
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('queued_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('tasks_key', ['workspace', 'session', 'id'])
    .execute();
  await db.schema
    .createIndex('tasks_newest')
    .on('tasks')
    .columns(['workspace', 'queued_at desc', 'id desc'])
    .execute();
}

async function createTranscript(db: AnyDatabase): Promise<void> {
  await createConversationTable(db, 'transcript_rows', ['turn', 'step', 'ordinal'])
    .addColumn('turn', 'integer', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('ordinal', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('agent', 'text')
    .addColumn('content', 'json', (column) => column.notNull())
    .addColumn('tool_calls', 'json', (column) => column.notNull())
    .addColumn('call', 'text')
    .addColumn('tool', 'text')
    .addColumn('outcome', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('usage', 'json')
    .addColumn('model', 'text')
    .addColumn('stop_reason', 'text')
    .addColumn('request_hash', 'text')
    .execute();
  await db.schema
    .createIndex('transcript_rows_by_id')
    .on('transcript_rows')
    .columns([...CONVERSATION, 'id'])
    .execute();
  await db.schema
    .createIndex('transcript_rows_by_call')
    .on('transcript_rows')
    .columns([...CONVERSATION, 'call'])
    .where(sql.ref('call'), 'is not', null)
    .execute();
}

async function createConversationState(db: AnyDatabase): Promise<void> {
  await createConversationTable(db, 'conversation_cursors', [])
    .addColumn('run', 'text', (column) => column.notNull())
    .addColumn('turn', 'integer', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('request_hash', 'text')
    .execute();
  await createConversationTable(db, 'seen_runs', ['run'])
    .addColumn('run', 'text', (column) => column.notNull())
    .execute();
  await createConversationTable(db, 'partial_outputs', [])
    .addColumn('turn', 'integer', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .execute();
  await createConversationTable(db, 'events', ['event_offset'])
    .addColumn('event_offset', 'bigint', (column) => column.notNull())
    .addColumn('body', 'json', (column) => column.notNull())
    .execute();
  await createConversationTable(db, 'todos', [])
    .addColumn('items', 'json', (column) => column.notNull())
    .execute();
}

async function createTeamsAndFiles(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('teams')
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('body', 'json', (column) => column.notNull())
    .addPrimaryKeyConstraint('teams_key', ['workspace', 'version'])
    .execute();
  await db.schema
    .createTable('files')
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('session', 'text')
    .addColumn('task', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('media_type', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bytea', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('files_key', ['workspace', 'id'])
    // An upload belongs to no session yet: the key is not checked then.
    .addForeignKeyConstraint(
      'files_session',
      ['workspace', 'session'],
      'sessions',
      ['workspace', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('files_by_task')
    .on('files')
    .columns([...CONVERSATION, 'created_at'])
    .execute();
}

async function createRequests(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('idempotent_requests')
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('body_hash', 'text', (column) => column.notNull())
    .addColumn('response', 'json')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotent_requests_key', ['workspace', 'principal', 'route', 'key'])
    .execute();
  await db.schema
    .createIndex('idempotent_requests_expiry')
    .on('idempotent_requests')
    .column('expires_at')
    .execute();
}

export const firstTables: Migration = {
  async up(db: AnyDatabase): Promise<void> {
    await createSessions(db);
    await createTasks(db);
    await createTranscript(db);
    await createConversationState(db);
    await createTeamsAndFiles(db);
    await createRequests(db);
  },
};
