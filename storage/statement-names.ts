import { LRUCache } from 'lru-cache';

/** Each name costs memory in the server, for each connection: texts that vary (lists of ids) must not get many. */
const NAMES = 200;
const REMEMBERED = 1_000;
/** Characters; longer ones are lists. */
const LONGEST = 8_000;

/**
 * Names for the statements that come again. The server keeps the plan of one that has a name; without, it reads and plans
 * it each time, which takes longer than to carry it out.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new LRUCache<string, true>({ max: REMEMBERED });
  #given = 0;

  /** Undefined for a text that is new, or one too many. */
  nameOf(sql: string): string | undefined {
    const known = this.#names.get(sql);
    if (known !== undefined || this.#names.size >= NAMES || sql.length > LONGEST) return known;
    if (!this.#seen.has(sql)) {
      this.#seen.set(sql, true);
      return undefined;
    }
    this.#seen.delete(sql);
    this.#given += 1;
    const name = `offstage_${this.#given}`;
    this.#names.set(sql, name);
    return name;
  }

  /** The plans that the connections keep are void: statements get other names. */
  forget(): void {
    this.#names.clear();
  }
}
