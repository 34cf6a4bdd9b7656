/** Carries out what a plan says: waits for its moment, kills its target, and starts again what died. */
import { setTimeout as sleep } from 'node:timers/promises';
import { toWorkflowId } from '../../protocol/ids.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Hold } from './fault-provider.ts';
import type { RoundPlan } from './round-plan.ts';
import type { Part, Site } from './site.ts';
import type { ClosedGate, Gate } from './store-gate.ts';

export interface Strike {
  /** To be awaited before the act of the plan is done. */
  arm(tag: string, session: string): Promise<void>;
  /** Resolves when what died runs again: what was done, in a word; rejects when the moment never came. */
  done: Promise<'struck' | 'nothing to do'>;
}

const MOMENT_COMES_WITHIN_MS = 60_000;

export function prepareStrike(site: Site, plan: RoundPlan): Strike {
  let arm: (tag: string, session: string) => Promise<void> = () => Promise.resolve();
  const done = new Promise<'struck' | 'nothing to do'>((resolve, reject) => {
    if (plan.target === 'nobody') resolve('nothing to do');
    arm = async (tag, session) => {
      if (plan.target === 'nobody') return;
      const run = await prepareMoment(site, plan, tag, session);
      run().then(() => resolve('struck'), reject);
    };
  });
  done.catch(() => undefined);
  return { arm: (tag, session) => arm(tag, session), done };
}

/** Sets the trap, and gives what waits for it and strikes. */
async function prepareMoment(
  site: Site,
  plan: RoundPlan,
  tag: string,
  session: string,
): Promise<() => Promise<void>> {
  const { moment } = plan;
  let drained: Promise<void> = Promise.resolve();
  const strike = async (): Promise<void> => {
    if (plan.by === 'SIGKILL') return killTarget(site, plan, session);
    // Not awaited here: what it hands over may wait for what is held.
    drained = drain(site, plan);
    drained.catch(() => undefined);
  };
  const comeBack = async (): Promise<void> => {
    await drained;
    await sleep(plan.downMs);
    if (plan.second === null) return site.restart();
    const restarting = site.restart();
    await sleep(plan.second.afterMs);
    await kill(site, plan.second.target);
    // At once: those that are on their way up need the ones that went down again.
    await Promise.all([restarting, site.restart()]);
  };
  if (moment === 'any time') {
    return async () => {
      await sleep(plan.delayMs);
      await strike();
      await comeBack();
    };
  }
  if (moment === 'a stored answer') return prepareStoredAnswer(site, site.provider.hold(tag), tag, comeBack);
  if (moment === 'a model call' || moment === 'a model call of a task') {
    const hold = site.provider.hold(moment === 'a model call' ? tag : `${tag}.t`);
    return async () => {
      await inTime(hold.begun, moment);
      await strike();
      // Within the time that a drain leaves for answers, or later.
      if (plan.by === 'SIGTERM') await sleep(10 * plan.delayMs);
      hold.release();
      await comeBack();
    };
  }
  return prepareGate(site, moment, strike, comeBack);
}

async function prepareGate(
  site: Site,
  moment: Gate,
  kill: () => Promise<void>,
  comeBack: () => Promise<void>,
): Promise<() => Promise<void>> {
  const gate: ClosedGate | undefined = await site.gate?.close(moment);
  if (gate === undefined) throw new Error('a store inside the process cannot be stopped at a write');
  return async () => {
    try {
      await gate.reached;
      await kill();
    } finally {
      await gate.open();
    }
    await comeBack();
  };
}

/** Temporal goes first, so that nobody can tell it of the answer; then the worker that knows. */
function prepareStoredAnswer(
  site: Site,
  hold: Hold,
  tag: string,
  comeBack: () => Promise<void>,
): () => Promise<void> {
  return async () => {
    await inTime(hold.begun, 'a model call');
    const before = (await site.gate?.findAnswers(''))?.length ?? 0;
    await site.kill('temporal');
    hold.release();
    await waitFor(async () => ((await site.gate?.findAnswers(''))?.length ?? 0) > before, {
      what: `the stored answer to ${tag}`,
    });
    await site.kill('main');
    await comeBack();
  };
}

async function inTime(moment: Promise<void>, what: string): Promise<void> {
  let hasCome = false;
  void moment.then(() => (hasCome = true));
  await waitFor(() => hasCome, { deadline: MOMENT_COMES_WITHIN_MS, interval: 5, what });
}

/** Terminations are by hand, as an operator would with the Temporal CLI or its Web UI. */
async function killTarget(site: Site, { target }: RoundPlan, session: string): Promise<void> {
  if (target === 'a session') await site.temporal.workflow.getHandle(toSession(session)).terminate('by hand');
  else if (target === 'a task') await terminateTask(site, session);
  else await kill(site, target);
}

type PartsTarget = Exclude<RoundPlan['target'], 'a task' | 'a session'>;

async function kill(site: Site, target: PartsTarget): Promise<void> {
  await Promise.all(toParts(site, target).map((part) => site.kill(part)));
}

async function drain(site: Site, { target }: RoundPlan): Promise<void> {
  await Promise.all(toParts(site, target as PartsTarget).map((part) => site.drain(part)));
}

function toParts({ parts }: Site, target: PartsTarget): Part[] {
  return target === 'everything' || target === 'nobody' ? parts : [target];
}

function toSession(session: string): string {
  return toWorkflowId({ workspace: 'default', session, task: null });
}

async function terminateTask({ temporal }: Site, session: string): Promise<void> {
  const query = `WorkflowId STARTS_WITH "${toSession(session)}/task/" AND ExecutionStatus = "Running"`;
  const found = await waitFor(
    async () => {
      for await (const { workflowId } of temporal.workflow.list({ query })) return workflowId;
      return null;
    },
    { what: 'a task that runs' },
  );
  await temporal.workflow.getHandle(found).terminate('by hand');
}
