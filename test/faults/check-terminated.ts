/** What must hold of a conversation whose workflow was terminated by hand: what it had is kept, and all of it is over. */
import type { Json } from '../support/product-client.ts';
import type { Asked, Evidence } from './evidence.ts';

const ENDED = ['completed', 'failed', 'cancelled'];

export function checkTerminated(evidence: Evidence): string[] {
  const { feed, tasks, asked } = evidence;
  const reason = feed.at(-1)?.reason;
  const found = reason === 'its workflow was ended from outside' ? [] : [`it is closed since ${reason}`];
  for (const { id, status } of tasks)
    if (!ENDED.includes(status)) found.push(`${id} is ${status}, and its session is over`);
  const known = new Set(feed.filter(({ type }) => type === 'task.queued').map(({ task }) => task as string));
  for (const { id } of tasks) if (!known.has(id)) found.push(`the feed does not know ${id}`);
  const firstRefused = asked.findIndex(({ answer }) => answer.status >= 300);
  for (const [index, one] of asked.entries()) {
    const isRefused = firstRefused >= 0 && index >= firstRefused;
    found.push(...(isRefused ? checkRefused(one) : checkKept(evidence, one)));
  }
  return found;
}

function checkRefused({ tag, answer }: Asked): string[] {
  return answer.status === 409 ? [] : [`${tag} was answered ${JSON.stringify(answer.body)} by what is over`];
}

function checkKept({ feed, transcript }: Evidence, { tag, act, answer }: Asked): string[] {
  if (act.kind === 'task') return [];
  const of = (rows: Json[], find: (row: Json) => boolean): number => rows.filter(find).length;
  const { message } = answer.body;
  const queued = of(feed, (event) => event.type === 'message.queued' && event.message.id === message);
  const kept = of(transcript, ({ id }) => id === message);
  return queued === 1 && kept === 1 ? [] : [`${tag}: ${queued} times in the feed, ${kept} in the transcript`];
}
