import type { RunBackgroundAgentArguments } from '../../protocol/schemas/tool-arguments.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import { startTask } from '../start-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { statusWord } from './task-words.ts';

/** Answers at once: the agent works beside the conversation and reports back by itself. */
export function runBackgroundAgent({ state, ports, call }: ToolCallSituation): ToolAnswer {
  const request = toTaskRequest(call.arguments as RunBackgroundAgentArguments);
  const started = startTask(state, ports, request, { cause: 'model', mode: 'background' });
  if ('refused' in started) return { outcome: 'error', text: `not started: ${started.refused.message}` };
  const { task, existing } = started;
  const said = existing ? 'This key has started a task already' : 'Started in the background';
  return {
    outcome: 'ok',
    text: [
      `task_id: ${task.id}`,
      `agent: ${task.agent}`,
      `task: ${task.title}`,
      `status: ${statusWord(task.status)}`,
      `${said}. You are told when it ends; do not wait for it, go on with the conversation.`,
    ].join('\n'),
  };
}

function toTaskRequest(given: RunBackgroundAgentArguments): TaskRequest {
  const { expected_output: expectedOutput, depends_on: dependsOn, ...rest } = given;
  return {
    ...rest,
    ...(expectedOutput === undefined ? {} : { expectedOutput }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
  };
}
