/** One round: conversations, somebody who dies in the middle of them, and what must hold when the dust has settled. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fetchRuns, replayRuns } from '../support/replay.ts';
import type { Json } from '../support/product-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { converse } from './converse.ts';
import { checkStore } from './check-store.ts';
import type { Conversation, Evidence } from './evidence.ts';
import { findViolations } from './invariants.ts';
import { makePlan } from './plan.ts';
import type { RoundPlan } from './round-plan.ts';
import { checkRepeatedCalls } from './repeated-calls.ts';
import type { Site } from './site.ts';
import { postSteadily, readSteadily } from './steady-client.ts';
import { prepareStrike } from './strike.ts';

export interface RoundResult {
  plan: RoundPlan;
  violations: string[];
  turns: number;
  tasks: number;
  requests: number;
  afterTrouble: number;
  afterLoss: number;
  /** Requests of the client that had to be made again, and the longest time until one was answered. */
  repeats: number;
  slowestMs: number;
  replayed: number;
}

const bundlePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** `name`: of this round among all of the run. */
export async function runRound(site: Site, seed: number, name: string): Promise<RoundResult> {
  const plan = makePlan(seed, site.form);
  const strike = prepareStrike(site, plan);
  const asked = site.provider.requests.length;
  const [conversations] = await Promise.all([
    Promise.all(
      plan.conversations.map((conversation, index) =>
        converse({
          ...{ url: site.url, plan: conversation, name: `${name}c${index}` },
          isUndisturbed: plan.target === 'nobody',
          onAct: (act, tag, session) =>
            index === 0 && act === plan.act ? strike.arm(tag, session) : Promise.resolve(),
          // When what died comes back.
          onOrder: (act) => (index === 0 && act === plan.act ? strike.done : Promise.resolve()),
        }),
      ),
    ),
    strike.done,
  ]);
  const terminated = plan.target === 'a session' ? (conversations[0]?.session ?? null) : null;
  const evidence: Evidence[] = [];
  const violations: string[] = [];
  for (const conversation of conversations) {
    violations.push(...(await repeatAll(site, conversation)));
    await close(site, conversation);
    evidence.push(await gather(site, conversation));
  }
  const requests = site.provider.requests.slice(asked);
  const said = evidence.flatMap(({ transcript, taskTranscripts }) => [
    ...transcript,
    ...[...taskTranscripts.values()].flat(),
  ]);
  const repeated = checkRepeatedCalls(requests, said);
  violations.push(
    ...repeated.violations,
    ...evidence.flatMap((found) => findViolations(found, found.session === terminated)),
  );
  if (site.gate !== null) violations.push(...(await checkStore(site.gate, conversations, terminated)));
  const replayed = await replayAll(site, conversations, violations);
  const answers = conversations.flatMap((conversation) => conversation.asked.map(({ answer }) => answer));
  return {
    ...{ plan, violations, replayed },
    turns: evidence.flatMap(({ feed }) => feed.filter(({ type }) => type === 'turn.finished')).length,
    tasks: evidence.flatMap(({ tasks }) => tasks).length,
    requests: requests.length,
    afterTrouble: repeated.afterTrouble,
    afterLoss: repeated.afterLoss,
    repeats: answers.reduce((sum, { tries }) => sum + tries - 1, 0),
    slowestMs: Math.max(0, ...answers.map(({ tookMs }) => tookMs)),
  };
}

/** Each request again, with its key: the same answer, and nothing happens. */
async function repeatAll(
  { url }: Site,
  { session, asked, orders, watcher }: Conversation,
): Promise<string[]> {
  const found: string[] = [];
  const before = watcher.events.length;
  for (const { tag, path, body, key, answer } of [...asked, ...orders]) {
    const again = await postSteadily(url, path, body, key);
    if (again.status !== answer.status || JSON.stringify(again.body) !== JSON.stringify(answer.body)) {
      found.push(
        `${session}: ${tag} was answered ${JSON.stringify(answer.body)}, and ${JSON.stringify(again.body)} when repeated`,
      );
    }
  }
  const after = await readSteadily(url, `/v1/sessions/${session}/events`);
  if (after.length !== before)
    found.push(`${session}: repeated requests made ${after.length - before} events`);
  return found;
}

async function close({ url }: Site, { session, watcher }: Conversation): Promise<void> {
  await postSteadily(url, `/v1/sessions/${session}/close`, {}, `${session}-close`);
  await waitFor(() => watcher.events.at(-1)?.type === 'session.closed', {
    ...{ deadline: 90_000, interval: 50, what: `the stream of ${session} to tell its close` },
  });
  await watcher.leave();
}

async function gather({ url }: Site, conversation: Conversation): Promise<Evidence> {
  const path = `/v1/sessions/${conversation.session}`;
  // What the workflow has not yet written when its last event is told is a matter of a moment.
  const feed = await waitFor(
    async () => {
      const events = await readSteadily(url, `${path}/events`);
      return events.at(-1)?.type === 'session.closed' ? events : null;
    },
    { what: 'the whole feed' },
  );
  // Those of a session that was terminated are told to stop, and nobody waits for them.
  const tasks = await waitFor(
    async () => {
      const listed = await readSteadily(url, `${path}/tasks`);
      return listed.every(({ endedAt }) => endedAt !== null) ? listed : null;
    },
    { deadline: 60_000, what: 'the ends of all tasks' },
  );
  const taskTranscripts = new Map<string, Json[]>();
  for (const { id } of tasks)
    taskTranscripts.set(id, await readSteadily(url, `${path}/tasks/${id}/messages`));
  const transcript = await readSteadily(url, `${path}/messages`);
  return { ...conversation, feed, transcript, tasks, taskTranscripts };
}

async function isOver({ temporal }: Site, id: string): Promise<boolean> {
  return (await temporal.workflow.getHandle(id).describe()).status.name !== 'RUNNING';
}

async function replayAll(site: Site, conversations: Conversation[], violations: string[]): Promise<number> {
  const code = await readFile(bundlePath, 'utf8');
  let count = 0;
  for (const { session } of conversations) {
    const id = `ws/default/session/${session}`;
    // The end of the workflow follows the last event that it tells.
    await waitFor(() => isOver(site, id), { what: `the end of ${id}` });
    const runs = await fetchRuns(site.temporal, id);
    count += runs.length;
    await replayRuns({ code }, runs).catch((error: unknown) => violations.push(String(error)));
  }
  return count;
}
