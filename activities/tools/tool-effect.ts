import type { ToolRequest, ToolResult } from '../../protocol/activities.ts';
import type { ToolOutcomeName } from '../../protocol/transcript.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** What a tool did, with its whole answer. */
export interface ToolEffect {
  outcome: ToolOutcomeName;
  text: string;
  file?: ToolResult['file'];
  resultRead?: boolean;
  /** Variables that it set, and those that it asked for in vain. */
  changed?: string[];
  missing?: string[];
}

/** A tool's work. Its arguments were checked when the model's reply came in; what it throws is tried again. */
export type Tool = (
  dependencies: ActivityDependencies,
  request: ToolRequest,
  callArguments: Record<string, unknown>,
  signal: AbortSignal,
) => Promise<ToolEffect>;
