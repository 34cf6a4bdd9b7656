/** What a team's file says of the time before and after a session. Spec: hooks-and-functions.md. */
import type { HookPhase } from './ids.ts';

/** A hook as the team's file has it, with nothing left to look up. */
export interface Hook {
  kind: 'background_agent' | 'function';
  /** The agent, or the function's key in `Team.functions`. */
  name: string;
  /** Variables of its task, made from the session's by `{{name}}`; null for none. */
  input: Record<string, unknown> | null;
  /** `variables`: its answer is JSON by the agent's `structured_output`, and becomes variables of the session. */
  output: 'text' | 'variables';
  timeoutMs: number;
  /** Before a session: whether it is opened although the hook failed. */
  onError: 'abort' | 'continue';
  /** Runs together with its neighbours that are parallel too. */
  parallel: boolean;
}

/** What is made of the transcript when a session is over. */
export interface Analysis {
  /** A key of `Team.models`. */
  model: string;
  instruction: string;
  /** JSON Schema of the answer. */
  parameters: Record<string, unknown>;
}

/** `session:` of a team's file. */
export interface SessionPhases {
  pre: Hook[];
  post: Hook[];
  analysis: Analysis | null;
  /** Without a turn, an unfinished task or a message for so long it is closed; null: never. */
  idleTimeoutMs: number | null;
  maxDurationMs: number | null;
}

/** What a workflow knows of it: not what the analysis asks. */
export interface RosterPhases extends Omit<SessionPhases, 'analysis'> {
  /** The model of the analysis, for people. */
  analysis: string | null;
}

/** How a hook stands. `terminated`: it said that there is to be no session. */
export type HookStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated';

/** Which hook of its phase, counted from 1; the analysis is 0. */
export interface HookName {
  phase: HookPhase;
  position: number;
  kind: Hook['kind'] | 'analysis';
  name: string;
}
