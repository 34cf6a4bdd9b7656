/** What a conversation remembers of the functions of its agents. */
import type { ToolOutcomeName } from '../protocol/transcript.ts';

/** A call of a function that nobody waits for, until the model is told of its end. */
export interface FunctionCall {
  /** The name of its tool. */
  function: string;
  startedAt: number;
  end: { outcome: ToolOutcomeName; text: string; runtimeMs: number } | null;
}

/** A turn that the agent has asked for. */
export interface FollowUp {
  id: string;
  /** What it wants to be told then. */
  message: string;
  scheduledAt: number;
  dueAt: number;
  /** It is in the inbox. */
  isDue: boolean;
}
