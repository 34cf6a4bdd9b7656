/**
 * The hooks of a session as they stand. A workflow of theirs that was ended from outside could not say so: who first
 * finds it gone keeps that its hooks failed, and stops their tasks.
 */
import type { HookRecord } from '../../protocol/hook-runs.ts';
import { HOOK_PHASES } from '../../protocol/ids.ts';
import type { ConversationId, HookPhase } from '../../protocol/ids.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { EventSource } from '../feed/event-source.ts';
import { TemporalAway } from '../gateway/failures.ts';

/** Beyond every offset: asks for no events. */
const NO_EVENTS = Number.MAX_SAFE_INTEGER;
const ERROR = { type: 'hook.terminated', message: 'The workflow that ran it was ended from outside.' };

type Needs = Pick<ApiDependencies, 'store' | 'gateway' | 'clock'>;

export async function readHooks(
  needs: Needs,
  source: EventSource,
  id: ConversationId,
): Promise<HookRecord[]> {
  const hooks = await needs.store.hooks.list(id);
  const running = HOOK_PHASES.filter((phase) =>
    hooks.some((hook) => hook.phase === phase && hook.status === 'running'),
  );
  let hasEnded = false;
  for (const phase of running) {
    if (!(await isGone(source, { ...id, task: phase }))) continue;
    await endHooks(needs, id, phase);
    hasEnded = true;
  }
  return hasEnded ? needs.store.hooks.list(id) : hooks;
}

async function isGone(source: EventSource, phase: ConversationId): Promise<boolean> {
  try {
    return (await source.readWorkflow(phase, NO_EVENTS)) === null;
  } catch (error) {
    if (error instanceof TemporalAway) return false;
    throw error;
  }
}

/** Those that ended by themselves meanwhile are not touched. */
async function endHooks(
  { store, gateway, clock }: Needs,
  id: ConversationId,
  phase: HookPhase,
): Promise<void> {
  const hooks = await store.hooks.list(id);
  const left = hooks.filter((hook) => hook.phase === phase && hook.status === 'running');
  const tasks = await store.tasks.listBySession(id.workspace, id.session);
  const unfinished = tasks.filter(({ starter, status }) => starter === phase && !isTerminal(status));
  await Promise.all(unfinished.map((task) => gateway.cancelOrphan({ ...id, task: task.id })));
  const end = { status: 'failed' as const, error: ERROR, usage: null, endedAt: clock() };
  await Promise.all(left.map((hook) => store.hooks.close(id, hook, end)));
}
