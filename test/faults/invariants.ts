/** What must hold of every conversation, whoever died while it was held. Each violation is a sentence. */
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';
import { checkOrders } from './check-orders.ts';
import { checkTerminated } from './check-terminated.ts';
import type { Trouble } from './directive.ts';
import type { Asked, Evidence } from './evidence.ts';
import { findInterrupted, isTransferred, takesMessage } from './feed-facts.ts';

/** `isTerminated`: its workflow was ended by hand, so that what was under way has no end but this one. */
export function findViolations(evidence: Evidence, isTerminated: boolean): string[] {
  const found = [...checkFeed(evidence), ...checkTranscript(evidence.transcript, 'the conversation')];
  for (const [task, rows] of evidence.taskTranscripts) found.push(...checkTranscript(rows, task));
  if (isTerminated) found.push(...checkTerminated(evidence));
  else {
    for (const asked of evidence.asked) found.push(...checkAsked(evidence, asked));
    found.push(...checkOrders(evidence), ...checkTasks(evidence));
  }
  return found.map((violation) => `${evidence.session}: ${violation}`);
}

function checkFeed({ watcher, feed }: Evidence): string[] {
  const found = [...watcher.violations];
  const seen = watcher.events;
  if (JSON.stringify(seen) !== JSON.stringify(feed)) found.push(describeDifference(seen, feed));
  if (feed.some((event, index) => event.offset !== index + 1)) found.push('the feed has a gap or a double');
  if (ofType(feed, 'session.closed').length !== 1) found.push('the feed does not end once');
  return found;
}

function describeDifference(seen: Json[], feed: Json[]): string {
  const index = feed.findIndex((event, at) => JSON.stringify(event) !== JSON.stringify(seen[at]));
  const pair = [seen[index], feed[index]].map((event) => JSON.stringify(event));
  return `the stream told ${seen.length} events and the feed has ${feed.length}; first: ${pair.join(' against ')}`;
}

function ofType(feed: Json[], type: string): Json[] {
  return feed.filter((event) => event.type === type);
}

function expectOnce(what: string, count: number): string[] {
  return count === 1 ? [] : [`${what}: ${count} times instead of once`];
}

/** `mayLack`: what would have said it was interrupted. */
function expectSaid(what: string, count: number, mayLack: boolean): string[] {
  return count === 1 || (mayLack && count === 0) ? [] : [`${what}: ${count} times instead of once`];
}

/** Who waited was told what the feed tells. */
function checkEnd(feed: Json[], turn: unknown, { tag, end }: Asked): string[] {
  const own = feed.filter((event) => event.turn === turn);
  const finished = ofType(own, 'turn.finished')[0]?.outcome;
  const reply = ofType(own, 'message.committed').at(-1)?.message ?? null;
  if (end?.outcome === finished && (end?.reply?.id ?? null) === reply) return [];
  return [`${tag} was told the end ${JSON.stringify(end)}, and the feed ends with ${finished}, ${reply}`];
}

/** An acknowledged message was taken by one turn, which is over, and each thing that it asked for was answered once. */
function checkAsked(evidence: Evidence, asked: Asked): string[] {
  const { tag, act, answer } = asked;
  const { feed, transcript } = evidence;
  if (answer.status >= 300) return [`${tag} was refused: ${JSON.stringify(answer.body)}`];
  if (act.kind === 'task') return checkTask(evidence, `${tag}.t`, answer.body.id);
  const { message, offset } = answer.body;
  const queued = ofType(feed, 'message.queued').filter((event) => event.message.id === message);
  const steps = ofType(feed, 'step.started').filter((event) => event.inputs.includes(message));
  const turn = steps[0]?.turn;
  const ends = ofType(feed, 'turn.finished').filter((event) => event.turn === turn);
  const found = [
    ...expectOnce(`${tag} was queued`, queued.length),
    ...expectOnce(`${tag} was put before the model`, steps.length),
    ...expectOnce(`the turn of ${tag} ended`, ends.length),
    ...expectOnce(`${tag} is in the transcript`, transcript.filter(({ id }) => id === message).length),
  ];
  if (asked.end !== null) found.push(...checkEnd(feed, turn, asked));
  if (queued[0]?.offset !== offset) found.push(`${tag} was acknowledged with offset ${offset}, not its own`);
  if (ends[0]?.outcome === 'failed') return [...found, ...checkFailure(evidence, tag, steps[0])];
  const word = act.verb === 'say' ? `answer to #${tag};` : `done with #${tag};`;
  const isInterrupted = findInterrupted(feed).has(turn);
  found.push(...expectSaid(`"${word}"`, countSaid(transcript, word), isInterrupted));
  if (act.verb !== 'delegate' && act.verb !== 'transfer') return found;
  const own = evidence.tasks.filter(({ title }) => title.includes(`#${tag}.t;`));
  found.push(...expectSaid(`a task of ${tag}`, own.length, isInterrupted));
  return [...found, ...own.flatMap(({ id }) => checkTask(evidence, `${tag}.t`, id))];
}

const WORDS_OF_FAILURE = { denied: 'denied access (401)', down: 'It did not get better for 5 minutes' };

/** A turn fails only where the provider refused for good this message or one of the same turn; and says so. */
function checkFailure({ asked, transcript, feed }: Evidence, tag: string, step: Json): string[] {
  const together = asked.filter(({ answer }) => takesMessage(feed, step.turn, answer.body.message));
  const troubles = together.flatMap(({ act }) => act.troubles);
  const clear = Object.entries(WORDS_OF_FAILURE).filter(([trouble]) => troubles.includes(trouble as Trouble));
  if (clear.length === 0) return [`the turn of ${tag} failed`];
  const words = transcript.filter(({ turn, role }) => turn === step.turn && role === 'system').map(textOf);
  const isClear = words.some((text) => clear.some(([, expected]) => text.includes(expected)));
  return isClear ? [] : [`${tag} failed without clear words: ${JSON.stringify(words)}`];
}

function countSaid(transcript: Json[], word: string): number {
  const said = transcript.filter(({ role }) => role === 'assistant').map(textOf);
  return said.join('\n').split(word).length - 1;
}

/** A task has one terminal state, the same everywhere, and its end was told once. */
function checkTask(
  { feed, transcript, tasks, taskTranscripts }: Evidence,
  tag: string,
  id: string,
): string[] {
  const ends = ofType(feed, 'task.finished').filter(({ task }) => task === id);
  const listed = tasks.find((task) => task.id === id);
  const found = expectOnce(`${tag} ended`, ends.length);
  const status = ends[0]?.status;
  if (listed?.status !== status)
    found.push(`${tag} is ${listed?.status} in the list and ${status} in the feed`);
  if (status === 'completed') {
    found.push(
      ...expectOnce(`result of ${tag}`, countSaid(taskTranscripts.get(id) ?? [], `result of #${tag};`)),
    );
  }
  if (isTransferred(feed, id)) return found;
  const tellings = (type: string): Json[] =>
    ofType(feed, type).filter(({ tasks: told }) => told.includes(id));
  const interrupted = findInterrupted(feed);
  const mayLack = tellings('completion.delivered').some(({ turn }) => interrupted.has(turn));
  return [
    ...found,
    ...expectOnce(`completion.delivered of ${tag}`, tellings('completion.delivered').length),
    ...expectSaid(`completion.spoken of ${tag}`, tellings('completion.spoken').length, mayLack),
    ...expectSaid(`"told of #${tag};"`, countSaid(transcript, `told of #${tag};`), mayLack),
  ];
}

function checkTasks({ feed, tasks }: Evidence): string[] {
  const queued = ofType(feed, 'task.queued').map(({ task }) => task as string);
  const listed = tasks.map(({ id }) => id as string);
  return queued.toSorted().join() === listed.toSorted().join()
    ? []
    : [`the feed knows the tasks ${queued.join()} and the list has ${listed.join()}`];
}

/** No message twice, in the order of turns and steps. */
function checkTranscript(rows: Json[], whose: string): string[] {
  const found = [];
  if (new Set(rows.map(({ id }) => id)).size !== rows.length) found.push(`${whose} has a message twice`);
  const places = rows.map(({ turn, step }) => (turn as number) * 1000 + (step as number));
  if (places.some((place, index) => place < (places[index - 1] ?? 0))) found.push(`${whose} is out of order`);
  return found;
}
