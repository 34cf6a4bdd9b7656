/** What a person orders while a conversation runs, and what must hold of it. */
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { takesMessage } from './converse.ts';
import type { Asked } from './converse.ts';
import type { Evidence } from './invariants.ts';
import type { Order } from './plan.ts';
import { postSteadily } from './steady-client.ts';
import type { SteadyAnswer } from './steady-client.ts';

export interface Ordered {
  order: Order;
  tag: string;
  /** What it is about, but for an interrupt. */
  task: string;
  path: string;
  body: unknown;
  key: string;
  answer: SteadyAnswer;
}

const TASK_WITHIN_MS = 180_000;

/** None where the act has none, or started no task that it could be given to. */
export async function giveOrder(
  url: string,
  session: string,
  events: Json[],
  asked: Asked,
): Promise<Ordered[]> {
  const { tag, act } = asked;
  const { order } = act;
  if (order === undefined || asked.answer.status >= 300) return [];
  const give = async (task: string, path: string, body: unknown): Promise<Ordered[]> => {
    const key = `${tag}-${order}`;
    const whole = `/v1/sessions/${session}/${path}`;
    return [{ order, tag, task, path: whole, body, key, answer: await postSteadily(url, whole, body, key) }];
  };
  if (order === 'interrupt') return give('', 'interrupt', {});
  const task = await findTask(events, asked);
  if (task === null) return [];
  if (order === 'stop') return give(task, `tasks/${task}/stop`, {});
  return give(task, `tasks/${task}/messages`, { text: `Mind this too: #${tag}.s;` });
}

async function findTask(events: Json[], { tag, act, answer }: Asked): Promise<string | null> {
  if (act.kind === 'task') return answer.body.id as string;
  const isOver = ({ type, turn }: Json): boolean =>
    type === 'turn.finished' && takesMessage(events, turn, answer.body.message);
  const found = await waitFor(
    () => {
      const queued = events.find(({ type, title }) => type === 'task.queued' && title.includes(`#${tag}.t;`));
      return queued ?? (events.some(isOver) ? 'none' : null);
    },
    { deadline: TASK_WITHIN_MS, interval: 5, what: `the task of ${tag}` },
  );
  return found === 'none' ? null : (found as Json).task;
}

/** Turns that were told to stop: what they had to say may be cut off. */
export function findInterrupted(feed: Json[]): Set<number> {
  const ends = feed.filter(({ type, outcome }) => type === 'turn.finished' && outcome === 'interrupted');
  return new Set(ends.map(({ turn }) => turn as number));
}

export function checkOrders(evidence: Evidence): string[] {
  const { feed, orders } = evidence;
  const asked = orders.filter(({ order, answer }) => order === 'interrupt' && answer.body.changed === true);
  const turns = asked.map(({ answer }) => answer.body.turn as number);
  const told = feed.filter(({ type }) => type === 'turn.interrupting').map(({ turn }) => turn as number);
  const found: string[] = [];
  if (
    turns.toSorted().join() !==
    told
      .filter((turn) => !isOfClose(feed, turn))
      .toSorted()
      .join()
  )
    found.push(`the interrupts stopped the turns ${turns.join()}, and the feed tells of ${told.join()}`);
  for (const turn of findInterrupted(feed))
    if (!told.includes(turn)) found.push(`turn ${turn} was interrupted by nobody`);
  for (const ordered of orders) found.push(...checkOrder(evidence, ordered));
  return found;
}

/** A close interrupts the turn that runs. */
function isOfClose(feed: Json[], turn: number): boolean {
  const closing = feed.findIndex(({ type }) => type === 'session.closing');
  return closing >= 0 && feed[closing + 1]?.type === 'turn.interrupting' && feed[closing + 1]?.turn === turn;
}

function checkOrder({ feed, taskTranscripts }: Evidence, { order, tag, task, answer }: Ordered): string[] {
  if (order === 'interrupt') return answer.status === 200 ? [] : [`${tag} could not be interrupted`];
  const end = feed.find((event) => event.type === 'task.finished' && event.task === task);
  if (order === 'stop') {
    if (answer.status !== 200) return [`${tag}: the stop was refused: ${JSON.stringify(answer.body)}`];
    const listed = answer.body.tasks.find(({ id }: Json) => id === task)?.status;
    const isTrue = !answer.body.quiet || listed === end?.status;
    return isTrue ? [] : [`${tag}: the receipt says ${listed}, the feed ${end?.status}`];
  }
  if (answer.status === 409) return [];
  const { message } = answer.body;
  const of = (type: string): Json[] =>
    feed.filter((event) => event.type === type && event.message === message);
  const found = ['task.steering', 'task.steered']
    .filter((type) => of(type).length !== 1)
    .map((type) => `${tag}: ${of(type).length} times ${type} instead of once`);
  const said = (taskTranscripts.get(task) ?? []).filter(({ role }) => role === 'assistant').map(textOf);
  const heard = said.join('\n').split(`heard #${tag}.s;`).length - 1;
  const isApplied = of('task.steered')[0]?.appliedAtStep !== null && end?.status === 'completed';
  if (isApplied && heard !== 1) found.push(`${tag}: the task heard ${heard} times what it was told once`);
  return found;
}
