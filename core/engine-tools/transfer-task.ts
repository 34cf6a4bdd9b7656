import { isTerminal } from '../../protocol/task.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import { toDialectField } from '../dialect.ts';
import { toOutcome } from '../place-inputs.ts';
import { startTask } from '../start-task.ts';
import { requestStop } from '../stop-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { waitForTasks } from './wait-for-tasks.ts';

/**
 * Gives work to a sub-agent and waits for its answer. When the user says something meanwhile, or it asks
 * something, it goes on in the background; an interrupt of the turn stops it.
 */
export async function transferTask(situation: ToolCallSituation, request: TaskRequest): Promise<ToolAnswer> {
  const { state, ports, dialect } = situation;
  const started = startTask(state, ports, request, { cause: 'model', mode: 'transfer' });
  if ('refused' in started) return { outcome: 'error', text: `not transferred: ${started.refused.message}` };
  const { task } = started;
  const { endedEarly } = await waitForTasks(situation, [task]);
  if (endedEarly === 'interrupted') {
    requestStop(state, ports, task);
    await ports.until(() => isTerminal(task.status));
    return { outcome: 'cancelled', text: `cancelled: the turn was stopped, and ${task.id} with it` };
  }
  if (endedEarly !== null) ports.record({ type: 'task.detached', task: task.id });
  const answer = { form: 'transfer' as const, tasks: [toOutcome(task)], timedOut: false, endedEarly };
  return { outcome: 'ok', answer: { ...answer, ...toDialectField(dialect) } };
}
