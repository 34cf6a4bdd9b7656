/** What must hold of what a person ordered while a conversation ran. */
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';
import type { Evidence, Ordered } from './evidence.ts';
import { findInterrupted } from './feed-facts.ts';

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
