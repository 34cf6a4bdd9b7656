/** Keeping what a test has made: `npm run histories` says where to. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { ReplayedRun } from '../support/replay.ts';

/** What a file of stored histories holds: the runs of one session and of its tasks. */
export interface StoredHistories {
  name: string;
  runs: { workflowId: string; history: StoredHistory }[];
}

export interface StoredHistory {
  events: StoredEvent[];
}

export type StoredEvent = { eventId: string; eventType: string } & Record<string, unknown>;

/** Long conversations show nothing more of a feature than short ones. In events of all runs. */
const EVENTS_KEPT = 400;
/** Who did it and where: nothing that a replay reads. */
const FORGOTTEN = new Set(['identity', 'workerVersion', 'requestId', 'taskId', 'stackTrace']);

const names = new Map<string, number>();

export async function keepHistories(name: string, runs: readonly ReplayedRun[]): Promise<void> {
  const folder = process.env['TEST_HISTORIES'];
  if (folder === undefined) return;
  const stored = runs.map(({ workflowId, history }) => ({
    workflowId,
    history: toStored(history as History),
  }));
  if (stored.reduce((sum, { history }) => sum + history.events.length, 0) > EVENTS_KEPT) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, toFileName(name)), toText({ name, runs: stored }));
}

function toStored(history: History): StoredHistory {
  const { events } = JSON.parse(historyToJSON(history)) as StoredHistory;
  return { events: events.map((event) => forget(event) as StoredEvent) };
}

function forget(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forget);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !FORGOTTEN.has(key) && !isSticky(inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, forget(inner)]));
}

/** The queue of one worker process, which has the machine's name in it. */
function isSticky(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && /STICKY/.test(String(value.kind));
}

function toFileName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 90);
  const number = (names.get(slug) ?? 0) + 1;
  names.set(slug, number);
  return `${slug}${number === 1 ? '' : `-${number}`}.json`;
}

/** An event on a line, so that a change can be read. */
function toText({ name, runs }: StoredHistories): string {
  const texts = runs.map(({ workflowId, history }) => {
    const events = history.events.map((event) => JSON.stringify(event)).join(',\n');
    return `{"workflowId":${JSON.stringify(workflowId)},"history":{"events":[\n${events}\n]}}`;
  });
  return `{"name":${JSON.stringify(name)},"runs":[\n${texts.join(',\n')}\n]}\n`;
}
