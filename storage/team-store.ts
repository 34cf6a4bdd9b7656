import type { Kysely } from 'kysely';
import type { Team } from '../protocol/team.ts';
import { toJson } from './json-text.ts';
import type { Database } from './tables.ts';

/** Teams kept in memory: a worker serves few at a time. */
const REMEMBERED = 100;

/** Teams by their content's version: a session keeps the team as it was when it was opened. */
export class TeamStore {
  readonly #db: Kysely<Database>;
  /** The least recently used one first. */
  readonly #remembered = new Map<string, Team>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async put(workspace: string, team: Team): Promise<void> {
    await this.#db
      .insertInto('teams')
      .values({ workspace, version: team.version, name: team.name, body: toJson(team) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async get(workspace: string, version: string): Promise<Team | null> {
    const key = JSON.stringify([workspace, version]);
    const team = this.#remembered.get(key) ?? (await this.#load(workspace, version));
    if (team === null) return null;
    this.#remembered.delete(key);
    this.#remembered.set(key, team);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return team;
  }

  async #load(workspace: string, version: string): Promise<Team | null> {
    const record = await this.#db
      .selectFrom('teams')
      .select('body')
      .where('workspace', '=', workspace)
      .where('version', '=', version)
      .executeTakeFirst();
    return record?.body ?? null;
  }
}
