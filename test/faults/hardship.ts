/** What happens seldom and takes long: a session that is terminated, a store or a provider that is away for minutes. */
import type { Random } from './random.ts';
import type { Act, RoundPlan } from './round-plan.ts';

/** In a hundred rounds. */
const OFTEN = { session: 6, store: 5, provider: 3 };

/** Drawn from a chance of its own, so that the other rounds are what they were before there was any. */
export function addHardship(plan: RoundPlan, random: Random): RoundPlan {
  if (random.percent(OFTEN.session)) return terminateSession(plan, random);
  if (random.percent(OFTEN.store)) return loseStore(plan, random);
  return random.percent(OFTEN.provider) ? loseProvider(plan) : plan;
}

function terminateSession(plan: RoundPlan, random: Random): RoundPlan {
  const verb = random.pick(['say', 'delegate'] as const);
  const act: Act = { kind: 'message', verb, steps: 2, troubles: [], waits: true };
  const conversations = replaceAct(plan, 0, plan.act, act);
  return { ...plan, conversations, target: 'a session', moment: 'a model call', second: null };
}

/** Longer than the deadline of any command, and than what an activity may take. */
function loseStore(plan: RoundPlan, random: Random): RoundPlan {
  const moment = plan.moment === 'a stored answer' ? 'any time' : plan.moment;
  return { ...plan, target: 'store', moment, second: null, downMs: 45_000 + random.below(45_000) };
}

/** Longer than a conversation's call is tried again. */
function loseProvider(plan: RoundPlan): RoundPlan {
  const act: Act = { kind: 'message', verb: 'say', steps: 0, troubles: ['down'], waits: true };
  const conversations = replaceAct(plan, 1, 1, act).map(({ team, acts }) => ({
    team,
    // Nobody could say whose turn it is that an interrupted one fails.
    acts: acts.map(({ order, ...other }): Act =>
      order === undefined || order === 'interrupt' ? other : { ...other, order },
    ),
  }));
  return { ...plan, conversations };
}

function replaceAct({ conversations }: RoundPlan, whose: number, index: number, act: Act) {
  return conversations.map(({ team, acts }, at) => ({
    team,
    acts: at === whose ? acts.with(index, act) : acts,
  }));
}
