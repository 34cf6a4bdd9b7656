/** What a person orders while a conversation runs. */
import type { Json } from '../support/product-client.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Asked, Ordered } from './evidence.ts';
import { takesMessage } from './feed-facts.ts';
import { postSteadily } from './steady-client.ts';

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
    type === 'session.closed' ||
    (type === 'turn.finished' && takesMessage(events, turn, answer.body.message));
  const found = await waitFor(
    () => {
      const queued = events.find(({ type, title }) => type === 'task.queued' && title.includes(`#${tag}.t;`));
      return queued ?? (events.some(isOver) ? 'none' : null);
    },
    { deadline: TASK_WITHIN_MS, interval: 5, what: `the task of ${tag}` },
  );
  return found === 'none' ? null : (found as Json).task;
}
