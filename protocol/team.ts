/**
 * A team as it was understood from its file: names resolved, defaults filled in, nothing left to look up.
 * Stored once, content-addressed by `version`; workflows carry the version and a {@link Roster}.
 */
import type { Budget, BudgetUnit } from './budget.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { RosterPhases, SessionPhases } from './hooks.ts';

export interface Team {
  name: string;
  /** sha256 (hex, 16 bytes) over the canonical JSON of everything else here. */
  version: string;
  /** The agent that a session begins with. */
  entry: string;
  agents: Record<string, Agent>;
  /** By the name under which agents refer to them; `provider/model` strings are entered under that string. */
  models: Record<string, ModelConfig>;
  /** Left out where there are none, as in teams that were stored before there were any. */
  functions?: Record<string, FunctionDefinition>;
  limits: Limits;
  /** What becomes of unfinished tasks when a session closes. */
  onClose: OnClose;
  /** What happens before and after a session, and when it is closed by itself. */
  session?: SessionPhases;
  /** What the file asks for and this system does not have: told at load, and to the model when it calls it. */
  unavailable: UnavailableTool[];
}

export interface Agent {
  name: string;
  description: string;
  instruction: string;
  /** A key of `Team.models`. */
  model: string;
  subAgents: SubAgent[];
  handoffs: { agent: string; description: string | null }[];
  toolsets: Toolset[];
  /** Steps of a turn. */
  maxIterations: number;
  /** For each task of this agent. */
  budget?: Budget;
  fallback: { models: string[]; retries: number; cooldownMs: number } | null;
  addDate: boolean;
  addEnvironmentInfo: boolean;
  welcomeMessage: string | null;
  commands: Record<string, string>;
  /** Keys of `Team.functions`, and the built-in ones by their names. Left out where there are none. */
  functions?: string[];
  /** The form that its answers have. */
  structuredOutput?: StructuredOutput;
}

export interface StructuredOutput {
  name: string;
  description: string | null;
  /** Whether the provider is to hold every answer to the schema; not each schema can be. */
  strict: boolean;
  /** JSON Schema. */
  schema: Record<string, unknown>;
}

export interface SubAgent {
  agent: string;
  name: string | null;
  description: string | null;
  /** Variables of the task, made from those of its starter by `{{name}}`; null for none. */
  input: Record<string, unknown> | null;
  holdingMessage: string | null;
}

/** The toolsets that exist. Every other known type is in `Team.unavailable`. */
export type Toolset =
  /** Without a dialect: the default one. */
  | { type: 'background_agents'; dialect?: DialectName; progressNudge?: ProgressNudge }
  | { type: 'think' }
  | { type: 'todo' };

/** When the agent gets a turn to say something of a task that is slow: for the first time, and then again. */
export interface ProgressNudge {
  afterMs: number;
  everyMs: number;
}

/** Which names and words the tools for background agents have; they do the same. */
export type DialectName = 'background_agents' | 'tasks';

export interface UnavailableTool {
  agent: string;
  /** The toolset's type, such as `mcp`, with its `ref` where it has one: `mcp docker:duckduckgo`. */
  toolset: string;
  reason: string;
}

export interface ModelConfig {
  /** `openai` speaks Chat Completions to any compatible server; `anthropic` speaks Messages. */
  provider: string;
  model: string;
  baseUrl: string | null;
  /** The environment variable with the key, where it is not the provider's usual one. */
  tokenKey: string | null;
  temperature: number | null;
  topP: number | null;
  maxTokens: number | null;
  /** Tokens (Anthropic) or an effort word (OpenAI: minimal, low, medium, high). */
  thinkingBudget: number | string | null;
  parallelToolCalls: boolean | null;
  /** Provider options passed on as they are. */
  providerOptions: Record<string, unknown>;
}

export type OnClose = 'stop' | 'wrap_up' | 'keep';

export interface Limits {
  maxDepth: number;
  allowCycles: boolean;
  maxRunningTasks: number;
  maxUnfinishedTasks: number;
  /** In a whole tree at once. */
  maxTreeTasks: number;
  maxTaskTimeMs: number;
  /** How long a task that is to wrap up may take until it is stopped. */
  wrapUpTimeoutMs: number;
  /** Tool calls of one step; the ones beyond are answered with an error. */
  maxToolCallsPerStep: number;
  /** The one after it ends the turn. */
  maxHandoffsPerTurn: number;
  modelIdleTimeoutMs: number;
  /** For the whole tree. */
  budget?: Budget;
}

export const DEFAULT_LIMITS: Limits = {
  maxDepth: 3,
  allowCycles: false,
  maxRunningTasks: 20,
  maxUnfinishedTasks: 1000,
  maxTreeTasks: 200,
  maxTaskTimeMs: 7 * 24 * 3600 * 1000,
  wrapUpTimeoutMs: 60_000,
  maxToolCallsPerStep: 128,
  maxHandoffsPerTurn: 5,
  modelIdleTimeoutMs: 600_000,
};

export const DEFAULT_MAX_ITERATIONS = 50;

/** What a workflow has to know of its team: who may start whom, and the limits. A few hundred bytes. */
export interface Roster {
  team: string;
  version: string;
  agents: Record<string, RosterAgent>;
  limits: Limits;
  onClose: OnClose;
  /** Of a session; a task has none. */
  session?: RosterPhases;
}

export interface RosterAgent {
  /** For people: shown in summaries, such as `openai/gpt-4o`. */
  model: string;
  /** Whom it may start. */
  subAgents: RosterSubAgent[];
  /** Whom it may hand the conversation over to. */
  handoffs: string[];
  /** Of its tools for background agents; null where it has none. */
  dialect: DialectName | null;
  maxIterations: number;
  progressNudge?: ProgressNudge;
  /** What its budget allows none of: it may not be started. */
  withheld?: BudgetUnit;
  /** Custom functions, by the names of their tools. Left out where there are none. */
  functions?: Record<string, RosterFunction>;
}

export interface RosterFunction {
  /** In `Team.functions`. */
  key: string;
  timeoutMs: number;
  /** What is answered at once, where it runs in the background. */
  returnMessage?: string;
}

export interface RosterSubAgent {
  agent: string;
  /** What the model calls it, where that is not the agent's name. */
  name?: string;
  input?: Record<string, unknown>;
  /** The words that a turn says when it started this agent and would end without one. */
  holdingMessage?: string;
}
