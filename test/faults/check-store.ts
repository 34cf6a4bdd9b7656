/** What must hold of the rows of a round's conversations, whichever way they were written. */
import type { Conversation } from './evidence.ts';
import type { StoreGate } from './store-gate.ts';

interface Check {
  what: string;
  /** Finds rows that should not be there; `$1`: the sessions. */
  statement: string;
}

const CHECKS: Check[] = [
  {
    what: 'a task without an end',
    statement: `select id as found from tasks where session = any($1) and (ended_at is null or status in ('queued', 'running'))`,
  },
  {
    what: 'a step with two answers',
    statement: `select session || ' ' || task || ' ' || turn || '.' || step as found from transcript_rows
      where session = any($1) and kind = 'assistant' group by session, task, turn, step having count(*) > 1`,
  },
  {
    what: 'a tool call with two results',
    statement: `select session || ' ' || call as found from transcript_rows
      where session = any($1) and kind = 'tool' group by session, task, turn, step, call having count(*) > 1`,
  },
  {
    what: 'a tool call without a result',
    statement: `select r.session || ' ' || (c->>'id') as found
      from transcript_rows r, json_array_elements(r.tool_calls) c
      where r.session = any($1) and not exists (select 1 from transcript_rows t where t.session = r.session
        and t.task = r.task and t.turn = r.turn and t.step = r.step and t.call = c->>'id')
      and not exists (select 1 from tasks e where e.id = r.task and e.status <> 'completed')
      and not (r.task = '' and exists (select 1 from sessions s where s.id = r.session and s.status = 'aborted'))`,
  },
  {
    what: 'an archived feed with a gap',
    statement: `select session || ' ' || task as found from events where session = any($1)
      group by session, task having count(*) <> max(event_offset)`,
  },
  {
    what: 'a partial output that nobody will finish',
    statement: `select p.session || ' ' || p.task as found from partial_outputs p where p.session = any($1)
      and not exists (select 1 from sessions s where s.id = p.session and s.status = 'aborted')`,
  },
  {
    what: 'a file that was saved twice',
    statement: `select task || ' ' || name as found from files
      where session = any($1) group by session, task, name having count(*) > 1`,
  },
  {
    what: 'a note that was made twice',
    statement: `select t.session || ' ' || (i->>'description') as found
      from todos t, json_array_elements(t.items) i
      where t.session = any($1) group by t.session, t.task, i->>'description' having count(*) > 1`,
  },
];

/** `terminated`: the session that was, if one was. */
export async function checkStore(
  store: StoreGate,
  conversations: Conversation[],
  terminated: string | null,
): Promise<string[]> {
  const sessions = conversations.map(({ session }) => session);
  const found: string[] = [];
  const ends = await store.query<{ id: string; status: string }>(
    'select id, status from sessions where id = any($1)',
    [sessions],
  );
  for (const { id, status } of ends)
    if (status !== (id === terminated ? 'aborted' : 'closed')) found.push(`${id} is ${status} at the end`);
  for (const { what, statement } of CHECKS) {
    const rows = await store.query<{ found: string }>(statement, [sessions]);
    found.push(...rows.map((row) => `the store has ${what}: ${row.found}`));
  }
  return found;
}
