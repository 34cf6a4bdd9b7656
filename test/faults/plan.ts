/** Who dies, and when: a round's whole course follows from its seed. */
import { TROUBLES } from './directive.ts';
import type { Trouble, Verb } from './directive.ts';
import { addHardship } from './hardship.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { GATES } from './store-gate.ts';
import type { Gate } from './store-gate.ts';
import type { Act, Moment, Order, RoundPlan, SecondTarget, Target } from './round-plan.ts';
import type { Form } from './site.ts';

const SECOND_TARGETS: [SecondTarget, ...SecondTarget[]] = [
  'api',
  'main',
  'background',
  'temporal',
  'everything',
];

const TARGETS: [Target, ...Target[]] = [
  ...(['api', 'main', 'main', 'background', 'temporal', 'store', 'redis'] as const),
  ...(['everything', 'everything', 'a task', 'nobody'] as const),
];
const DRAINED: Target[] = ['api', 'main', 'background', 'everything'];
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
  const plan = {
    ...{ seed, conversations, target, by: 'SIGKILL' as const },
    ...{ moment, act, delayMs, downMs, second: null },
  };
  const ordered = target === 'nobody' ? plan : addOrders(plan, createRandom(seed + 1_000_003), form);
  const patient = addWaits(ordered, createRandom(seed + 3_000_003));
  const hard = form === 'apart' ? addHardship(patient, createRandom(seed + 2_000_003)) : patient;
  return addDrain(hard, createRandom(seed + 4_000_003));
}

/** Whoever drains has told what it knows: an answer that Temporal never heard of is for those that are killed. */
function addDrain(plan: RoundPlan, random: Random): RoundPlan {
  const isDrained = random.percent(30) && DRAINED.includes(plan.target) && plan.moment !== 'a stored answer';
  return isDrained ? { ...plan, by: 'SIGTERM' } : plan;
}

/** An order has to come before the end of the turn. */
function addWaits(plan: RoundPlan, random: Random): RoundPlan {
  const conversations = plan.conversations.map(({ team, acts }) => ({
    team,
    acts: acts.map((act): Act => {
      const prefersWait =
        random.percent(35) && act.kind === 'message' && act.waits && act.order === undefined;
      return prefersWait ? { ...act, prefersWait } : act;
    }),
  }));
  return { ...plan, conversations };
}

/** Drawn from a chance of their own, so that a seed's round is otherwise what it was before there were any. */
function addOrders(plan: RoundPlan, random: Random, form: Form): RoundPlan {
  const conversations = plan.conversations.map(({ team, acts }, index) => {
    // After an interrupt nobody could say whose turn it is that a denied message fails.
    const mayInterrupt = !acts.some(({ troubles }) => troubles.includes('denied'));
    const ordered = acts.map((act, at) => {
      const isStruck = index === 0 && at === plan.act;
      const drawn = pickOrder(random, act);
      const order = isStruck ? pickOrderOfStruck(plan) : drawn;
      return order === null || (order === 'interrupt' && !mayInterrupt) ? act : { ...act, order };
    });
    return { team, acts: ordered };
  });
  const target = form === 'apart' ? random.pick(SECOND_TARGETS) : 'everything';
  const again = { target, afterMs: random.below(2500) };
  return { ...plan, conversations, second: plan.target !== 'a task' && random.percent(25) ? again : null };
}

/** Whoever knew of the answer is dead by then: it must not be lost. */
function pickOrderOfStruck({ seed, moment }: RoundPlan): Order | null {
  return moment === 'a stored answer' && seed % 2 === 0 ? 'interrupt' : null;
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
