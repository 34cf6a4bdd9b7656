/** One conversation of a round, from its opening to its close, by a client that does not give up. */
import { waitFor } from '../support/wait-for.ts';
import type { Json } from '../support/product-client.ts';
import { writeDirective } from './directive.ts';
import type { Asked, Conversation, Ordered } from './evidence.ts';
import { isTransferred, takesMessage } from './feed-facts.ts';
import { giveOrder } from './orders.ts';
import type { Act, ConversationPlan } from './round-plan.ts';
import { postSteadily } from './steady-client.ts';
import { watchFeed } from './watch-feed.ts';
import type { FeedWatcher } from './watch-feed.ts';

export interface ConverseOptions {
  url: string;
  /** Begins every tag of the conversation. */
  name: string;
  plan: ConversationPlan;
  isUndisturbed: boolean;
  /** Called right before an act is done. */
  onAct: (index: number, tag: string, session: string) => Promise<void>;
  /** Called between an act and the order that belongs to it. */
  onOrder: (index: number) => Promise<unknown>;
}

/** Longer than a conversation's model call is tried. */
const SETTLED_WITHIN_MS = 420_000;
/** Of a message whose request waits for its turn. */
const WAIT_SECONDS = 10;

export async function converse(options: ConverseOptions): Promise<Conversation> {
  const { url, name, plan, isUndisturbed } = options;
  const opened = await postSteadily(url, '/v1/sessions', { team: plan.team }, name);
  if (opened.status !== 201) throw new Error(`a session was not opened: ${JSON.stringify(opened.body)}`);
  const session = opened.body.id as string;
  const watcher = watchFeed(url, session, isUndisturbed);
  await waitFor(() => watcher.connections() > 0, { deadline: 60_000, what: 'a stream' });
  const asked: Asked[] = [];
  const orders: Ordered[] = [];
  for (const [index, act] of plan.acts.entries()) {
    const tag = `${name}m${index}`;
    await options.onAct(index, tag, session);
    asked.push(await ask(url, session, tag, act));
    const latest = asked.at(-1);
    if (latest === undefined) continue;
    if (act.order !== undefined) await options.onOrder(index);
    orders.push(...(await giveOrder(url, session, watcher.events, latest)));
    if (act.waits) await awaitEnd(watcher, latest);
  }
  await waitFor(() => isClosed(watcher.events) || isSettled(watcher.events, asked), {
    ...{ deadline: SETTLED_WITHIN_MS, interval: 50 },
    what: () => `${session} to come to rest; its last events are ${JSON.stringify(watcher.events.slice(-4))}`,
  });
  return { session, plan, watcher, asked, orders };
}

async function ask(url: string, session: string, tag: string, act: Act): Promise<Asked> {
  const { steps, troubles } = act;
  const isTask = act.kind === 'task';
  const text = writeDirective({
    ...(isTask ? { tag: `${tag}.t`, verb: 'work' } : { tag, verb: act.verb }),
    ...{ steps, troubles },
  });
  const path = `/v1/sessions/${session}/${isTask ? 'tasks' : 'messages'}`;
  const body = isTask ? { agent: 'helper', task: text } : { text };
  const headers: Record<string, string> = act.prefersWait === true ? { prefer: `wait=${WAIT_SECONDS}` } : {};
  const answer = await postSteadily(url, path, body, tag, headers);
  const asked = { tag, act, path, body, key: tag };
  if (answer.status !== 200) return { ...asked, answer, end: null };
  const { message, turn, offset, outcome, reply } = answer.body;
  const acknowledgement = { message, turn, offset };
  return { ...asked, answer: { ...answer, status: 202, body: acknowledgement }, end: { outcome, reply } };
}

async function awaitEnd({ events }: FeedWatcher, { act, answer }: Asked): Promise<void> {
  if (answer.status >= 300) return;
  const isEnd = (event: Json): boolean =>
    act.kind === 'task'
      ? event.type === 'task.finished' && event.task === answer.body.id
      : event.type === 'turn.finished' && takesMessage(events, event.turn, answer.body.message);
  await waitFor(() => events.some(isEnd) || isClosed(events), {
    ...{ deadline: SETTLED_WITHIN_MS, interval: 20, what: `the end of ${JSON.stringify(answer.body)}` },
  });
}

function isClosed(events: Json[]): boolean {
  return events.at(-1)?.type === 'session.closed';
}

/** Nothing is under way: each message was taken by a turn that is over, each task has ended and was told. */
function isSettled(events: Json[], asked: Asked[]): boolean {
  const of = (type: string): Json[] => events.filter((event) => event.type === type);
  const isTaken = ({ act, answer }: Asked): boolean =>
    act.kind === 'task' ||
    answer.status >= 300 ||
    of('step.started').some((event) => event.inputs.includes(answer.body.message));
  const tasks = of('task.queued').map((event) => event.task);
  const ended = new Set(of('task.finished').map((event) => event.task));
  const delivered = new Set(of('completion.delivered').flatMap((event) => event.tasks));
  const isTold = (task: string): boolean => delivered.has(task) || isTransferred(events, task);
  return (
    asked.every(isTaken) &&
    of('turn.started').length === of('turn.finished').length &&
    tasks.every((task) => ended.has(task) && isTold(task))
  );
}
