/** The effects that workflows ask for. `activities/` implements them; workflows know this interface only. */
import type { BudgetNotice, BudgetUse } from './budget.ts';
import type { Part, ToolCall, Usage } from './content.ts';
import type { ConversationEvent } from './events.ts';
import type { FunctionRequest, FunctionResult } from './function.ts';
import type { HookEnd } from './hook-runs.ts';
import type { Hook, HookName } from './hooks.ts';
import type { ConversationId } from './ids.ts';
import type { Starter, StoppedTask, TaskQuestion, TaskReport, TaskStatus } from './task.ts';
import type { DialectName } from './team.ts';
import type { NewRow, Place, ToolOutcomeName } from './transcript.ts';

export interface Activities {
  /** One model call of a step. Stores `append`, reads the transcript up to `head`, stores and returns the reply. */
  callModel(call: ModelCall): Promise<ModelReply>;
  /** One tool call that has an effect. The whole result is stored, its head is returned. */
  executeTool(request: ToolRequest): Promise<ToolResult>;
  /** One request of a custom function, as often as it takes. A failure is a result, it is not thrown. */
  callFunction(request: FunctionRequest): Promise<FunctionResult>;
  /** Comes back when one of these tasks' workflows is over, for tasks whose handle was lost at a rollover. */
  watchTasks(request: WatchTasksRequest): Promise<TaskReport[]>;
  /**
   * The texts of new tasks and their rows, before their workflows start. Repeating it changes nothing. Gives those of
   * which there is something to tell.
   */
  openTasks(request: OpenTasksRequest): Promise<OpenedTask[] | undefined>;
  /** Comes back when some of these tasks may run, with those: the whole tree has a limit. */
  takePlaces(request: PlacesRequest): Promise<string[]>;
  /**
   * The end of a task, its result taken from its transcript. The first write wins. What is stored is then told to the
   * starter, by signal, where the task tells it itself.
   */
  finishTask(request: FinishTaskRequest): Promise<{ resultSize: number; files: number }>;
  /** Where tasks stand that have begun, for lists over all sessions. One that has ended stays so. */
  keepStatuses(request: KeepStatusesRequest): Promise<void>;
  /** Events and rows that only the workflow has, asked from it by query, so that history holds no copy of them. */
  archive(request: ArchiveRequest): Promise<void>;
  /** A hook of the calling phase begins. Repeating it changes nothing. */
  openHook(request: OpenHookRequest): Promise<void>;
  /** A hook is over: what a background agent answered is read and checked, variables and how it went are kept. */
  closeHook(request: CloseHookRequest): Promise<HookEnd>;
  /** The hooks before a session are done, with nothing said yet: lists show that it waits. */
  markReady(request: { at: number }): Promise<void>;
  /** What the team's analysis makes of the transcript, kept with the session; one answer that is wrong may be mended. */
  analyzeSession(request: AnalyzeRequest): Promise<HookEnd['status']>;
}

/** About 200 bytes: the conversation is in the store. */
export interface ModelCallRequest extends ConversationId {
  /** The team's version. */
  team: string;
  agent: string;
  turn: number;
  step: number;
  /** Rows beyond it are not read; the reply's place follows it. */
  head: Place;
  append: NewRow[];
  /** `none`: the last step of a task, which has to answer. */
  tools?: 'none';
  /** There are tasks to look after, for an agent whose own tools do not do that. */
  hasTasks?: true;
  /** Nobody is asked any more: what lost attempts of an interrupted call have left in the store is its reply. */
  keep?: true;
}

/** What of it is in history: whose call it is, the workflow's id tells. */
export type ModelCall = Omit<ModelCallRequest, keyof ConversationId>;

export interface PlacesRequest extends WatchTasksRequest {
  /** Tasks of the tree that run at once. */
  limit: number;
}

export interface ModelReply {
  /** Id of the stored message; null when the call was stopped before anything was said. */
  message: string | null;
  place: Place;
  /** For the journal that a person reads; at most 64 KiB, the store has it whole. */
  text: string;
  toolCalls: ToolCall[];
  stopReason: string | null;
  /** The call was aborted by an interrupt or a stop; what was said until then is stored and marked. */
  stopped?: 'interrupted';
  /** Variables that the instruction asks for and nobody has set. */
  missing?: string[];
  /** A budget is near its end; or it is at its end, and the call was not made: there is no message. */
  budget?: BudgetNotice;
  usage: Usage;
}

export interface ToolRequest extends ConversationId {
  team: string;
  agent: string;
  turn: number;
  step: number;
  /** Where the result goes; the arguments are read from the assistant's row at `reply`. */
  place: Place;
  reply: Place;
  call: string;
  tool: string;
  /** What the engine knows and the tool needs: the status of the task that `view` shows. */
  view?: TaskLook;
}

/** A look at a task, as the engine knows it. */
export interface TaskLook {
  task: string;
  agent: string;
  title: string;
  status: TaskStatus;
  runtimeMs: number | null;
  asks?: TaskQuestion;
  /** Left out for the default one. */
  dialect?: DialectName;
  /** How a wait for it ended, told with it. */
  note?: string;
}

export interface ToolResult {
  outcome: ToolOutcomeName;
  /** At most 4 KiB; `size` is the length of the whole. */
  text: string;
  size: number;
  truncated: boolean;
  /** False when the activity could not be run to its end: the workflow writes the row. */
  stored: boolean;
  /** A file that the tool saved. */
  file?: { id: string; name: string; mediaType: string; size: number };
  /** Variables that it set, and those that it asked for in vain. */
  changed?: string[];
  missing?: string[];
  /** The model has now read the task's result to its end, so no notice is needed. */
  resultRead?: boolean;
}

export interface WatchTasksRequest {
  workspace: string;
  session: string;
  tasks: string[];
}

/** Of the calling workflow. */
export interface OpenTasksRequest {
  depth: number;
  tasks: NewTask[];
}

/** What of a new task is in history: whose it is, the workflow's id tells. */
export type NewTask = Pick<OpenTaskRequest, 'task' | 'agent' | 'title' | 'text' | 'queuedAt'> &
  Partial<Pick<OpenTaskRequest, 'expectedOutput' | 'attachments' | 'context' | 'variables'>> & {
    /** Of the sub-agent's entry, filled in from the variables of the starter; `variables` come before them. */
    input?: Record<string, unknown>;
  };

export interface OpenTaskRequest {
  workspace: string;
  session: string;
  task: string;
  starter: Starter;
  agent: string;
  title: string;
  depth: number;
  text: string;
  expectedOutput: string | null;
  attachments: string[];
  context: 'none' | 'recent' | 'all';
  variables: Record<string, unknown>;
  queuedAt: number;
}

export interface OpenedTask {
  task: string;
  /** Variables that its text and its input ask for and nobody has set. */
  missing: string[];
}

export interface FinishTaskRequest extends TaskEndToStore {
  /** Left out where the caller is the starter. */
  starter?: Starter;
  /** The tasks below it that its stop ended too. */
  stopped?: StoppedTask[];
}

export interface TaskEndToStore extends Omit<TaskReport, 'resultSize' | 'files' | 'stopped'> {
  workspace: string;
  session: string;
  append: NewRow[];
  events: ConversationEvent[];
}

/** Of tasks that the calling workflow started. */
export interface KeepStatusesRequest {
  tasks: KeptStatus[];
}

export interface KeptStatus {
  task: string;
  status: TaskStatus;
  asks: TaskQuestion | null;
  /** The budget that it waits for. */
  shortage?: BudgetUse;
}

export interface ArchiveRequest {
  /** The first and the last offset. */
  from: number;
  to: number;
  /** Set when the session is over; what is shown of it from now on is its view at that time. */
  status?: { status: 'closed' | 'aborted'; reason: string | null; at: number };
}

export interface OpenHookRequest extends HookName {
  /** Of a background agent. */
  task: string | null;
  startedAt: number;
}

export interface CloseHookRequest extends OpenHookRequest, Pick<Hook, 'output'> {
  /** The team's version. */
  team: string;
  /** How it ended, where there is no answer to read. */
  end: Pick<HookEnd, 'status' | 'error'> | null;
}

export interface AnalyzeRequest extends HookName {
  /** The team's version. */
  team: string;
  startedAt: number;
}

/** What a model call gets back from the store beside the rows: who is asked, with what. */
export interface StoredReply {
  id: string;
  place: Place;
  content: Part[];
  toolCalls: ToolCall[];
  stopReason: string | null;
  model: string;
  usage: Usage;
  requestHash: string;
  status: 'committed' | 'interrupted';
}
