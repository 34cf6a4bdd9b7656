/** Who dies, and when: a round's whole course follows from its seed. */
import { TROUBLES } from './directive.ts';
import type { Trouble, Verb } from './directive.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { GATES } from './store-gate.ts';
import type { Gate } from './store-gate.ts';
import type { Form, Part } from './site.ts';

/** `a task`: its workflow is terminated by hand. `everything`: all parts at once. */
export type Target = Exclude<Part, 'whole'> | 'everything' | 'a task' | 'nobody';

export type Moment =
  | 'a model call'
  | 'a model call of a task'
  /** The answer is in the store, and Temporal has not heard of it. */
  | 'a stored answer'
  | 'any time'
  | Gate;

/** What a person orders right after an act: of the turn that runs, or of the task that the act started. */
export type Order = 'interrupt' | 'steer' | 'stop';

export type Act = { order?: Order } & ActKind;

type ActKind =
  | { kind: 'message'; verb: Exclude<Verb, 'work'>; steps: number; troubles: Trouble[]; waits: boolean }
  /** A background agent that is started by hand. */
  | { kind: 'task'; steps: number; troubles: Trouble[]; waits: boolean };

export interface ConversationPlan {
  team: 'openai' | 'anthropic';
  acts: Act[];
}

export interface RoundPlan {
  seed: number;
  conversations: ConversationPlan[];
  target: Target;
  moment: Moment;
  /** At which act of the first conversation. */
  act: number;
  /** Milliseconds: before the kill where the moment is any time, and until what died is started again. */
  delayMs: number;
  downMs: number;
  /** Who dies once more while what died comes back, and how many milliseconds after it has begun to. */
  second: { target: SecondTarget; afterMs: number } | null;
}

const SECOND_TARGETS = ['api', 'main', 'background', 'temporal', 'everything'] as const;
export type SecondTarget = (typeof SECOND_TARGETS)[number];

const TARGETS: [Target, ...Target[]] = [
  ...(['api', 'main', 'main', 'background', 'temporal', 'store', 'redis'] as const),
  ...(['everything', 'everything', 'a task', 'nobody'] as const),
];
const ACTS = 4;

export function makePlan(seed: number, form: Form): RoundPlan {
  const random = createRandom(seed);
  const drawn = random.pick(TARGETS);
  const target = form === 'apart' || drawn === 'a task' || drawn === 'nobody' ? drawn : 'everything';
  const moment = pickMoment(random, form, target);
  const isTroubled = target === 'nobody' || random.percent(30);
  const teams = random.percent(50) ? (['openai', 'anthropic'] as const) : (['anthropic', 'openai'] as const);
  const conversations = teams.map((team) => ({ team, acts: makeActs(random, isTroubled) }));
  const act = random.below(ACTS - 1);
  const first = conversations[0]?.acts;
  if (first !== undefined) first[act] = toActAt(moment, random);
  const delayMs = random.below(400);
  // Now and then longer than a heartbeat may be late.
  const downMs = random.percent(15) ? 12_000 : random.below(3000);
  const plan = { seed, conversations, target, moment, act, delayMs, downMs, second: null };
  return target === 'nobody' ? plan : addOrders(plan, createRandom(seed + 1_000_003), form);
}

/** Drawn from a chance of their own, so that a seed's round is otherwise what it was before there were any. */
function addOrders(plan: RoundPlan, random: Random, form: Form): RoundPlan {
  const conversations = plan.conversations.map(({ team, acts }, index) => {
    // After an interrupt nobody could say whose turn it is that a denied message fails.
    const mayInterrupt = !acts.some(({ troubles }) => troubles.includes('denied'));
    const ordered = acts.map((act, at) => {
      const order = pickOrder(random, act);
      const isStruck = index === 0 && at === plan.act;
      return isStruck || order === null || (order === 'interrupt' && !mayInterrupt) ? act : { ...act, order };
    });
    return { team, acts: ordered };
  });
  const target = form === 'apart' ? random.pick(SECOND_TARGETS) : 'everything';
  const again = { target, afterMs: random.below(2500) };
  return { ...plan, conversations, second: plan.target !== 'a task' && random.percent(25) ? again : null };
}

function pickOrder(random: Random, act: Act): Order | null {
  const isOrdered = random.percent(35);
  const [orderOfTask, isInterrupt] = [random.pick(['steer', 'stop'] as const), random.percent(40)];
  if (!isOrdered) return null;
  const startsTask = act.kind === 'task' || act.verb === 'delegate';
  if (startsTask && !isInterrupt) return orderOfTask;
  return act.kind === 'message' ? 'interrupt' : null;
}

function pickMoment(random: Random, form: Form, target: Target): Moment {
  if (target === 'nobody') return 'any time';
  if (target === 'a task') return 'a model call of a task';
  const outside = ['a model call', 'a model call of a task', 'any time'] as const;
  if (form === 'together') return random.pick(outside);
  if (target === 'main' && random.percent(25)) return 'a stored answer';
  const gates = Object.keys(GATES) as [Gate, ...Gate[]];
  return random.percent(40) ? random.pick(outside) : random.pick(gates);
}

function makeActs(random: Random, isTroubled: boolean): Act[] {
  return Array.from({ length: ACTS }, (): Act => {
    const kind = random.percent(10) ? 'task' : 'message';
    const verb = random.pick(['say', 'note', 'delegate', 'delegate', 'transfer'] as const);
    const troubles = isTroubled ? makeTroubles(random) : [];
    const shared = { steps: random.below(4), troubles, waits: random.percent(60) };
    return kind === 'task' ? { kind, ...shared } : { kind, verb, ...shared };
  });
}

function makeTroubles(random: Random): Trouble[] {
  if (random.percent(6)) return ['denied'];
  const count = random.percent(50) ? 0 : 1 + random.below(2);
  return Array.from({ length: count }, () => random.pick(TROUBLES));
}

/** What the first conversation has to do, so that the moment comes. */
function toActAt(moment: Moment, random: Random): Act {
  const shared = { troubles: [], waits: true };
  const message = (verb: Exclude<Verb, 'work'>, steps = 0): Act => ({
    ...{ kind: 'message', verb, steps, ...shared },
  });
  switch (moment) {
    case 'a tool effect':
    case 'a tool result':
      return message('note');
    case 'a model call of a task':
    case 'the end of a task':
      return message('delegate', 1 + random.below(3));
    case 'the start of a task':
      return message(random.percent(70) ? 'delegate' : 'transfer', random.below(3));
    case 'the answer of a request':
      return { kind: 'task', steps: 1, ...shared };
    case 'any time':
      return message(random.pick(['say', 'note', 'delegate', 'transfer'] as const), random.below(4));
    default:
      return message(random.pick(['say', 'note', 'delegate'] as const), random.below(3));
  }
}
