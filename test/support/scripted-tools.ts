/** Tool calls for scripts, and what a script reads from the prompt that it got. */
import type { ProviderRequest } from '../../activities/model/provider.ts';

interface Calling {
  call: { name: string; arguments: Record<string, unknown> }[];
}

export function calling(name: string, callArguments: Record<string, unknown> = {}): Calling {
  return { call: [{ name, arguments: callArguments }] };
}

export function runAgent(agent: string, task = 'Do it'): Calling {
  return calling('run_background_agent', { agent, task });
}

/** The ids of tasks that the prompt names, in order, each once. */
export function taskIdsIn(request: ProviderRequest): string[] {
  const text = request.messages.map((message) => ('text' in message ? message.text : '')).join('\n');
  return [...new Set(text.match(/agent_task_[0-9a-f-]+/g) ?? [])];
}

export function lastToolText(request: ProviderRequest): string {
  const last = request.messages.findLast((message) => message.role === 'tool');
  return last?.role === 'tool' ? last.text : '';
}
