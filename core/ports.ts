/** What a turn needs of the world. Workflows give it durable ports, unit tests scripted ones. */
import type { ModelCallRequest, ModelReply, ToolRequest, ToolResult } from '../protocol/activities.ts';
import type { FunctionRequest, FunctionResult } from '../protocol/function.ts';
import type { EventBody, EventError } from '../protocol/events.ts';

/** A model call's end as data: a failure ends a turn, it is never thrown. */
export type ModelOutcome =
  | { kind: 'reply'; reply: ModelReply }
  /** Aborted, and nothing of it could be kept. */
  | { kind: 'stopped' }
  | { kind: 'failed'; error: EventError };

export interface TurnPorts {
  /** Milliseconds since the epoch; in a workflow the time of the workflow task. */
  now(): number;
  newMessageId(): string;
  newTaskId(): string;
  record(body: EventBody): void;
  /** Must not throw but for a bug. */
  callModel(request: ModelCallRequest): Promise<ModelOutcome>;
  /** Must not throw but for a bug. */
  executeTool(request: ToolRequest): Promise<ToolResult>;
  /** Waits for the function's answer, `timeoutMs` at most. Must not throw but for a bug. */
  callFunction(request: FunctionRequest, timeoutMs: number): Promise<FunctionResult>;
  /** Has the function called beside the conversation; its end comes by `finishFunction`. Returns at once. */
  startFunction(request: FunctionRequest, timeoutMs: number): void;
  /** Resolves to true when the predicate holds, to false when the time is over first. */
  until(predicate: () => boolean, timeoutMs?: number): Promise<boolean>;
  /** Starts what the registry has queued, as far as the caps allow. Returns at once. */
  launchTasks(): void;
  /** Sends a task what waits for it in `undelivered`, once its workflow runs. Returns at once. */
  deliverOrders(task: string): void;
  /** Stores the end of a task that never had a workflow. Returns at once. */
  storeStop(task: string): void;
}
