/** The workflow of what runs before a session: its hooks in order. What they answer decides whether there is a session. */
import { CancellationScope, condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { groupHooks } from '../core/group-hooks.ts';
import { toRefusal } from '../core/hook-refusal.ts';
import type { HooksInput, PreSessionEnd } from '../protocol/hook-runs.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import type { HookNews } from '../protocol/session-messages.ts';
import { markReady } from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { openHookRun, runHook } from './hook-run.ts';
import type { HookRun } from './hook-run.ts';
import { keepStatuses } from './keep-statuses.ts';
import { toEnd } from './task-end.ts';

export async function preSession(input: HooksInput): Promise<PreSessionEnd> {
  const news = new NewsLine(input);
  const run = openHookRun(input, 'pre', (told) => news.tell(told));
  CancellationScope.current().cancelRequested.catch(() => {
    run.isStopped = true;
    run.isCancelled = true;
  });
  return CancellationScope.nonCancellable(async () => {
    void keepStatuses(run.conversation.state);
    const end = await runGroups(run);
    if (end.outcome === 'ready') await markReady({ at: now() });
    await news.isTold;
    await condition(() => !run.conversation.launcher.isWriting);
    return end;
  });
}

async function runGroups(run: HookRun): Promise<PreSessionEnd> {
  for (const group of groupHooks(run.input.roster.session?.pre ?? [])) {
    if (run.isStopped) break;
    const refusals = await Promise.all(
      group.map(async (member) => {
        const end = await runHook(run, member, (ended) => toRefusal(member.hook, ended) !== null);
        return toRefusal(member.hook, end);
      }),
    );
    const reason = refusals.find((refusal) => refusal !== null);
    if (reason !== undefined && !run.isCancelled) return { outcome: 'aborted', reason };
  }
  return run.isCancelled ? { outcome: 'cancelled' } : { outcome: 'ready' };
}

/** Tells the session of its hooks, one thing after the other. A session that is gone is not told. */
class NewsLine {
  readonly #input: HooksInput;
  /** Resolves when all that was to tell has been told. */
  isTold: Promise<void> = Promise.resolve();

  constructor(input: HooksInput) {
    this.#input = input;
  }

  tell(news: HookNews): void {
    this.isTold = this.isTold.then(() => this.#send(news));
  }

  async #send(news: HookNews): Promise<void> {
    const { workspace, session } = this.#input;
    try {
      await getExternalWorkflowHandle(toWorkflowId({ workspace, session, task: null })).signal(
        SIGNALS.hookNews,
        news,
      );
    } catch (error) {
      toEnd(error);
    }
  }
}
