/** A hook that is a background agent: a task that notifies nobody. */
import { condition } from '@temporalio/workflow';
import type { TaskRecord } from '../core/conversation-state.ts';
import { toHookFailure } from '../core/hook-failure.ts';
import { startTask } from '../core/start-task.ts';
import { requestStop } from '../core/stop-task.ts';
import type { Hook } from '../protocol/hooks.ts';
import type { HookPhase } from '../protocol/ids.ts';
import { isTerminal } from '../protocol/task.ts';
import type { Conversation } from './conversation.ts';

export interface HookTask {
  id: string;
  phase: HookPhase;
  hook: Hook;
  position: number;
  isStopped: () => boolean;
}

/** Why its task left no answer to read; null: there is one. */
export async function runHookAgent(
  { state, ports }: Conversation,
  { id, phase, hook, position, isStopped }: HookTask,
): Promise<ReturnType<typeof toHookFailure>> {
  const request = {
    id,
    agent: String(position),
    task: TEXTS[phase],
    title: `${hook.name}, ${phase === 'pre' ? 'before' : 'after'} the session`,
    notify: 'never' as const,
  };
  const started = startTask(state, ports, request, { cause: 'hook', mode: 'background' });
  if ('refused' in started) throw new Error(`a hook's task may not start: ${started.refused.message}`);
  const { task } = started;
  const isInTime = await ports.until(() => isTerminal(task.status) || isStopped(), hook.timeoutMs);
  if (!isTerminal(task.status)) {
    requestStop(state, ports, task);
    await untilEnded(task);
  }
  return toHookFailure(task, { isInTime, isStopped: isStopped(), timeoutMs: hook.timeoutMs });
}

function untilEnded(task: TaskRecord): Promise<void> {
  return condition(() => isTerminal(task.status));
}

const TEXTS: Record<HookPhase, string> = {
  pre: 'A conversation with a user is about to begin. Do now what you do before it.',
  post: 'A conversation with a user is over. Do now what you do after it.',
};
