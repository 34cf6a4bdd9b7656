/** How the measured models behave: by their names, and by what they are told to start. */
import { openaiChunk } from '../../test/support/scripted-openai.ts';

export interface ChatRequest {
  model: string;
  messages: { role: string; content?: unknown }[];
}

export interface ToolCalls {
  tool: string;
  /** The arguments of each call. */
  each: Record<string, unknown>[];
}

export function readBehaviour(model: string): { waitMs: number; steadyMs: number } {
  const [kind, milliseconds] = model.split('-');
  const value = Number(milliseconds);
  return { waitMs: kind === 'wait' ? value : 0, steadyMs: kind === 'steady' ? value : 0 };
}

/** `start 10` in the last message of the person: ten background agents at once. */
export function readStart({ messages }: ChatRequest): ToolCalls | null {
  const last = messages.at(-1);
  if (last?.role !== 'user') return null;
  const count = Number(/\bstart (\d+)\b/.exec(JSON.stringify(last.content))?.[1] ?? 0);
  if (count === 0) return null;
  const call = { agent: 'worker', task: 'Do your work.' };
  return { tool: 'run_background_agent', each: Array.from({ length: count }, () => call) };
}

let calls = 0;

export function makeToolCalls({ tool, each }: ToolCalls): string[] {
  return each.map((input, index) =>
    openaiChunk({
      tool_calls: [
        {
          ...{ index, id: `call_${(calls += 1)}`, type: 'function' },
          function: { name: tool, arguments: JSON.stringify(input) },
        },
      ],
    }),
  );
}
