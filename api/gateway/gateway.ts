/** What the API asks of running conversations. `session-gateway.ts` answers it with Temporal, tests without. */
import type { HooksInput } from '../../protocol/hook-runs.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type {
  Acknowledgement,
  BudgetExtension,
  CloseRequest,
  ConversationRead,
  HeldTask,
  SendMessage,
  SessionInput,
  SteerRequest,
  StopTaskRequest,
  TurnEnd,
  UpdateResults,
} from '../../protocol/session-messages.ts';
import type { Receipt, TaskRequest } from '../../protocol/task.ts';

/**
 * Every method rejects with TemporalAway when no answer came within the deadline. Commands reject with Refused
 * when the workflow says no, and with WorkflowGone when the conversation has no running workflow. The same
 * `request` id again gives the first answer and has no second effect.
 */
export interface Gateway {
  /** Starting the same session again changes nothing. */
  startSession(input: SessionInput): Promise<void>;
  /** What runs after a session that could not start it itself. Starting it again changes nothing. */
  startPostSession(input: HooksInput): Promise<void>;
  sendMessage(id: ConversationId, message: SendMessage): Promise<Acknowledgement>;
  /** As `sendMessage`, and waits for the end of the turn that takes it, as long as the workflow can say. */
  awaitTurn(id: ConversationId, message: SendMessage, wait: Wait): Promise<AwaitedTurn>;
  interrupt(id: ConversationId, request: string): Promise<UpdateResults['interrupt']>;
  startTask(id: ConversationId, task: TaskRequest, request: string): Promise<UpdateResults['startTask']>;
  /** `id` is the conversation that started the task; `subtree` are the task and those below it. */
  stopTask(
    id: ConversationId,
    stop: StopTaskRequest,
    request: string,
    subtree: readonly string[],
  ): Promise<Receipt>;
  /** `id` is the conversation that started the task. */
  steerTask(id: ConversationId, message: SteerRequest): Promise<Acknowledgement>;
  /** `id` is the conversation that started the task. */
  pauseTask(id: ConversationId, task: string, request: string): Promise<HeldTask>;
  resumeTask(id: ConversationId, task: string, request: string): Promise<HeldTask>;
  /** `id` is a conversation whose tasks may wait for it. */
  extendBudget(
    id: ConversationId,
    extension: BudgetExtension,
    request: string,
  ): Promise<UpdateResults['extendBudget']>;
  /** Of a task whose starter is gone: asks its workflow itself. Changes nothing when that is over too. */
  cancelOrphan(task: ConversationId): Promise<boolean>;
  close(id: ConversationId, close: CloseRequest, request: string): Promise<UpdateResults['close']>;
  /** Rejects with WorkflowGone when the conversation does not run. */
  read(id: ConversationId, fromOffset: number): Promise<ConversationRead>;
  /** What one that runs no more had at its end; null when Temporal does not know it any more. */
  readEnded(id: ConversationId, fromOffset: number): Promise<ConversationRead | null>;
  /** Sessions that somebody or the server ended after this time (milliseconds), without their closing. */
  listForcedEnds(since: number): Promise<ConversationId[]>;
  /** Ends what still runs of the session and its tasks, and deletes the histories of all their runs. */
  deleteHistories(session: ConversationId, tasks: readonly string[]): Promise<void>;
  checkHealth(): Promise<GatewayHealth>;
  /** Where the Temporal Web UI shows the conversation; null when its address is not known. */
  linkToTemporal(id: ConversationId): string | null;
}

export interface Wait {
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
  /** Called when the message is in history, and not refused. */
  onAccepted: () => void;
}

export interface AwaitedTurn {
  acknowledgement: Acknowledgement;
  /** Null: the turn may have ended or not. */
  end: TurnEnd | null;
}

export interface GatewayHealth {
  temporal: boolean;
  mainWorker: boolean;
  backgroundWorker: boolean;
}
