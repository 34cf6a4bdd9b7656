import { isTerminal } from '../../protocol/task.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import type { TaskRecord } from '../conversation-state.ts';
import type { Dialect } from '../dialect.ts';
import { openPrerequisites } from '../prerequisites.ts';
import { startTask } from '../start-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';

/** Answers at once: the agent works beside the conversation and reports back by itself. */
export function runBackgroundAgent(
  { state, ports, dialect }: ToolCallSituation,
  request: TaskRequest,
): ToolAnswer {
  const started = startTask(state, ports, request, { cause: 'model', mode: 'background' });
  if ('refused' in started) return { outcome: 'error', text: `not started: ${started.refused.message}` };
  const { task, existing } = started;
  const said = existing ? 'This key has started a task already' : 'Started in the background';
  const before = openPrerequisites(state, task).map(({ id }) => id);
  const begin =
    before.length === 0
      ? ''
      : ` It begins when ${before.join(', ')} ${before.length === 1 ? 'has' : 'have'} ended.`;
  return {
    outcome: 'ok',
    text: [
      `task_id: ${task.id}`,
      `agent: ${task.name}`,
      `task: ${task.title}`,
      `status: ${dialect.statusWord(task.status)}`,
      `${said}.${begin} ${endWords(task, dialect)}`,
    ].join('\n'),
  };
}

/** How its end will be heard of. */
function endWords({ id, status, notify }: TaskRecord, dialect: Dialect): string {
  if (isTerminal(status)) return `It has ended. To read what came out: ${dialect.howToReadOn(id, 0)}.`;
  return `${TOLD[notify]}; do not wait for it, go on with the conversation.`;
}

const TOLD: Record<TaskRecord['notify'], string> = {
  always: 'You are told when it ends',
  failure: 'You are told only if it fails',
  group: 'You are told when the last of its group has ended',
  never: 'You are not told when it ends',
};
