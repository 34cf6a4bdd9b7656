/** The workflow of what runs after a session, which is over by then: the analysis, then the hooks in order. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { groupHooks } from '../core/group-hooks.ts';
import type { HooksInput, PostSessionEnd } from '../protocol/hook-runs.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { toEventError } from './effects.ts';
import { openHookRun, runHook, showHooks } from './hook-run.ts';
import type { HookRun } from './hook-run.ts';
import { keepStatuses } from './keep-statuses.ts';

export async function postSession(input: HooksInput): Promise<PostSessionEnd> {
  const run = openHookRun(input, 'post', () => undefined);
  CancellationScope.current().cancelRequested.catch(() => {
    run.isStopped = true;
  });
  return CancellationScope.nonCancellable(async () => {
    void keepStatuses(run.conversation.state);
    if (input.roster.session?.analysis != null) await analyze(run, input.roster.session.analysis);
    for (const group of groupHooks(input.roster.session?.post ?? [])) {
      if (run.isStopped) break;
      await Promise.all(group.map((member) => runHook(run, member, () => false)));
    }
    await condition(() => !run.conversation.launcher.isWriting);
    return { hooks: run.hooks };
  });
}

/** What comes of it is kept with the session; a model that cannot be reached leaves none. */
async function analyze(run: HookRun, model: string): Promise<void> {
  const { hooks, input } = run;
  const { version: team } = input.roster;
  const name = { phase: 'post' as const, position: 0, kind: 'analysis' as const, name: 'analysis' };
  const entry: HookRun['hooks'][number] = { name: name.name, status: 'running' };
  hooks.push(entry);
  showHooks(run);
  const begun = { ...name, startedAt: now() };
  try {
    const options = { summary: `analysis · ${model}` };
    entry.status = await activities.analyzeSession.executeWithOptions(options, [{ ...begun, team }]);
  } catch (error) {
    const end = { status: 'failed' as const, error: toEventError(error) };
    entry.status = end.status;
    await activities.closeHook({
      ...begun,
      task: null,
      team,
      output: 'text',
      end,
    });
  }
  showHooks(run);
}
