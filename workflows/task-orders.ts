/** What a task hears from its starter: words, commands, and the cancellation that stops it. */
import { CancellationScope } from '@temporalio/workflow';
import { acceptMessage, refuseMessage } from '../core/accept-message.ts';
import { requestStop } from '../core/stop-task.ts';
import type { TaskCommand } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { Conversation } from './conversation.ts';
import { setSignalHandlers } from './handlers.ts';
import { taskSignals } from './task-handlers.ts';

export interface TaskStop {
  /** It is to end at once. */
  isNow: boolean;
}

/** To be called before the first await, in the root scope of the workflow. */
export function heedOrders(conversation: Conversation, task: string): TaskStop {
  const { state, ports } = conversation;
  const stop: TaskStop = { isNow: false };
  const stopNow = (): void => {
    if (stop.isNow || state.status !== 'open') return;
    stop.isNow = true;
    ports.record({ type: 'task.cancelling', task, mode: 'now' });
    for (const child of state.tasks) requestStop(state, ports, child);
  };
  setSignalHandlers({
    ...taskSignals(conversation),
    taskMessage(message) {
      if (refuseMessage(state, message) === null) acceptMessage(state, ports, message);
    },
    taskCommand: (command) => obey(conversation, task, command, stopNow),
  });
  CancellationScope.current().cancelRequested.catch(stopNow);
  return stop;
}

function obey({ state, ports }: Conversation, task: string, command: TaskCommand, stopNow: () => void): void {
  if (state.status !== 'open' || state.wrapsUp) return;
  switch (command.kind) {
    case 'pause':
      ports.record({ type: 'task.paused', task });
      return;
    case 'resume':
      ports.record({ type: 'task.resumed', task, status: 'running' });
      return;
    case 'wrap_up': {
      ports.record({ type: 'task.cancelling', task, mode: 'wrap_up' });
      // What they have so far goes into its own answer, so they come to an end before it.
      const how = { mode: 'wrap_up' as const, withinMs: command.withinMs / 2 };
      for (const child of state.tasks) requestStop(state, ports, child, how);
      void CancellationScope.nonCancellable(async () => {
        const isOver = await ports.until(() => state.status !== 'open', command.withinMs);
        if (!isOver) stopNow();
      });
    }
  }
}

/** Until those that it told to wrap up have ended. */
export async function untilChildrenEnded({ state, ports }: Conversation, stop: TaskStop): Promise<void> {
  await ports.until(() => stop.isNow || state.tasks.every((child) => isTerminal(child.status)));
}
