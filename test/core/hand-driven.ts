/** The pure core with ports that a test drives by hand: model calls and tools end when it says so, time moves when it says so. */
import { acceptMessage, refuseMessage } from '../../core/accept-message.ts';
import { openConversation, toTaskName } from '../../core/conversation-state.ts';
import type { ConversationState, TaskRecord } from '../../core/conversation-state.ts';
import { finishTask } from '../../core/finish-task.ts';
import { recordEvent } from '../../core/fold.ts';
import type { ModelOutcome, TurnPorts } from '../../core/ports.ts';
import { toRoster } from '../../core/roster.ts';
import { startTask } from '../../core/start-task.ts';
import { runTurn } from '../../core/turn.ts';
import type { TurnEnd, TurnOptions } from '../../core/turn.ts';
import type { ModelCallRequest, ModelReply, ToolRequest, ToolResult } from '../../protocol/activities.ts';
import type { BudgetNotice } from '../../protocol/budget.ts';
import type { FunctionRequest, FunctionResult } from '../../protocol/function.ts';
import type { ToolCall } from '../../protocol/content.ts';
import type { Delivery, EventBody } from '../../protocol/events.ts';
import type { Accepted, SendMessage, TaskOrder } from '../../protocol/session-messages.ts';
import type { TaskReport, TaskRequest } from '../../protocol/task.ts';
import type { Roster } from '../../protocol/team.ts';
import type { NewRow } from '../../protocol/transcript.ts';
import { makeTeam } from '../support/test-team.ts';

/** A root that may start a worker and a chief; the chief may start workers. */
export function makeRoster(limits: Parameters<typeof makeTeam>[1] = {}, maxIterations = 5): Roster {
  return toRoster(
    makeTeam(
      {
        root: { subAgents: ['worker', 'chief'], maxIterations },
        worker: {},
        chief: { subAgents: ['worker', 'chief', 'root'] },
      },
      limits,
    ),
  );
}

export function makeState(
  roster = makeRoster(),
  overrides: Partial<ConversationState> = {},
): ConversationState {
  const id = { workspace: 'default', session: 'ses_1', task: null };
  const opened = openConversation({ id, roster, agent: 'root', depth: 0, ancestors: [], at: 1000 });
  return { ...opened, ...overrides };
}

export interface ScriptedReply {
  text?: string;
  calls?: (Pick<ToolCall, 'name'> & Partial<ToolCall>)[];
  stopped?: 'interrupted';
  budget?: BudgetNotice;
}

interface TaskOptions extends Partial<TaskRequest> {
  launched?: boolean;
}

interface Pending<Request, Answer> {
  request: Request;
  resolve: (answer: Answer) => void;
}

interface Waiter {
  predicate: () => boolean;
  resolve: (inTime: boolean) => void;
  mayExpire: boolean;
}

export class World {
  readonly state: ConversationState;
  readonly ports: TurnPorts;
  /** What the core asked for, in order. */
  readonly asked: ModelCallRequest[] = [];
  /** Rows that came with model calls that ended well. */
  readonly stored: NewRow[] = [];
  readonly toolRequests: ToolRequest[] = [];
  readonly functionRequests: FunctionRequest[] = [];
  /** What started tasks were told, in order. */
  readonly orders: (TaskOrder & { task: string })[] = [];
  readonly endsStored: string[] = [];
  launches = 0;
  clock = 2000;
  #ids = 0;
  #calls: Pending<ModelCallRequest, ModelOutcome>[] = [];
  #tools: Pending<ToolRequest, ToolResult>[] = [];
  #functions: Pending<FunctionRequest, FunctionResult>[] = [];
  #waiters: Waiter[] = [];

  constructor(state: ConversationState = makeState()) {
    this.state = state;
    this.ports = {
      now: () => this.clock,
      newMessageId: () => `msg_${(this.#ids += 1)}`,
      newTaskId: () => `agent_task_${(this.#ids += 1)}`,
      record: (body) => this.record(body),
      callModel: (request) => {
        this.asked.push(request);
        return new Promise((resolve) => this.#calls.push({ request, resolve }));
      },
      executeTool: (request) => {
        this.toolRequests.push(request);
        return new Promise((resolve) => this.#tools.push({ request, resolve }));
      },
      callFunction: (request) => {
        this.functionRequests.push(request);
        return new Promise((resolve) => this.#functions.push({ request, resolve }));
      },
      startFunction: (request) => void this.functionRequests.push(request),
      until: (predicate, timeoutMs) =>
        new Promise((resolve) =>
          this.#waiters.push({ predicate, resolve, mayExpire: timeoutMs !== undefined }),
        ),
      launchTasks: () => {
        this.launches += 1;
      },
      deliverOrders: (task) => this.#deliver(task),
      storeStop: (task) => void this.endsStored.push(task),
    };
  }

  record(body: EventBody): void {
    recordEvent(this.state, body, this.clock);
  }

  /** Lets the workflow of a task that was launched confirm its start. */
  confirmStart(task: TaskRecord): void {
    this.record({ type: 'task.started', ...toTaskName(task) });
    this.#deliver(task.id);
  }

  #deliver(task: string): void {
    if (this.state.tasks.find(({ id }) => id === task)?.launch !== 'started') return;
    this.orders.push(...(this.state.undelivered[task] ?? []).map((order) => ({ ...order, task })));
    delete this.state.undelivered[task];
  }

  /** Accepts a message as the update does; null when it is refused. */
  say(text: string, delivery: Delivery = 'next_step', id = `said_${text}`): Accepted | null {
    const message: SendMessage = { id, hash: `hash of ${text}`, content: [{ type: 'text', text }], delivery };
    return refuseMessage(this.state, message) === null
      ? acceptMessage(this.state, this.ports, message)
      : null;
  }

  /** A task that is registered and, with `launched`, whose workflow has confirmed its start. */
  task(id: string, { launched = true, ...request }: TaskOptions = {}): TaskRecord {
    const how = { cause: 'api', mode: 'background' } as const;
    const started = startTask(
      this.state,
      this.ports,
      { agent: 'worker', task: 'Do it', ...request, id },
      how,
    );
    if ('refused' in started) throw new Error(started.refused.message);
    started.task.launch = 'opened';
    delete this.state.unopened[id];
    if (launched) this.record({ type: 'task.started', ...toTaskName(started.task) });
    return started.task;
  }

  finish(task: string, overrides: Partial<TaskReport> = {}): void {
    finishTask(this.state, this.ports, makeReport(task, overrides));
  }

  /** Begins a turn, as the loop does, and lets it come to its first wait. */
  async begin(options: Partial<TurnOptions> = {}): Promise<{ turn: Promise<TurnEnd> }> {
    const turn = runTurn(this.state, this.ports, { atLimit: 'stop', mayRollOver: () => false, ...options });
    await this.settle();
    return { turn };
  }

  /** Whether a model call is under way. */
  get isAsking(): boolean {
    return this.#calls.length > 0;
  }

  async answer({ text = '', calls = [], stopped, budget }: ScriptedReply = {}): Promise<void> {
    const call = this.#calls[0];
    if (call === undefined) throw new Error('no model call is under way');
    const { turn, step, head } = call.request;
    const ordinal = head[0] === turn && head[1] === step ? head[2] + 1 : 0;
    const isUnsaid = budget?.state === 'exhausted' || (stopped !== undefined && text === '');
    const reply: ModelReply = {
      message: isUnsaid ? null : this.ports.newMessageId(),
      place: [turn, step, ordinal],
      text,
      toolCalls: calls.map((tool, index) => ({ id: `call_${index}`, arguments: {}, ...tool })),
      stopReason: stopped === undefined ? 'stop' : null,
      ...(stopped === undefined ? {} : { stopped }),
      ...(budget === undefined ? {} : { budget }),
      usage: {
        inputTokens: 10,
        cachedInputTokens: 0,
        outputTokens: 5,
        reasoningTokens: 0,
        costUsd: null,
        modelCalls: 1,
      },
    };
    await this.end({ kind: 'reply', reply });
  }

  /** Ends the oldest model call. */
  async end(outcome: ModelOutcome): Promise<void> {
    const call = this.#calls.shift();
    if (outcome.kind === 'reply') this.stored.push(...(call?.request.append ?? []));
    call?.resolve(outcome);
    await this.settle();
  }

  /** Ends the tool call with this id. */
  async finishTool(call: string, result: Partial<ToolResult> = {}): Promise<void> {
    const index = this.#tools.findIndex(({ request }) => request.call === call);
    const [tool] = this.#tools.splice(index, 1);
    tool?.resolve({ outcome: 'ok', text: 'done', size: 4, truncated: false, stored: true, ...result });
    await this.settle();
  }

  /** Ends the oldest call of a function that is waited for. */
  async finishFunction(result: Partial<FunctionResult> = {}): Promise<void> {
    this.#functions.shift()?.resolve(makeFunctionResult(result));
    await this.settle();
  }

  async finishOldestTool(): Promise<void> {
    const call = this.#tools[0]?.request.call;
    if (call !== undefined) await this.finishTool(call);
  }

  /** A later run goes on where an earlier one was: no id is given out twice. */
  takeIdsFrom(earlier: World): void {
    this.#ids = earlier.#ids;
  }

  /** Lets the time of every wait that has one pass. */
  async expireWaits(): Promise<void> {
    const [expiring, rest] = [true, false].map((mayExpire) =>
      this.#waiters.filter((waiter) => waiter.mayExpire === mayExpire),
    );
    this.#waiters = rest ?? [];
    for (const { resolve, predicate } of expiring ?? []) resolve(predicate());
    await this.settle();
  }

  /** Runs on until nothing moves any more by itself. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const ready = this.#waiters.filter(({ predicate }) => predicate());
      this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
      for (const { resolve } of ready) resolve(true);
      if (ready.length > 0) quiet = -1;
    }
  }

  get types(): string[] {
    return this.state.events.map(({ type }) => type);
  }
}

export function makeFunctionResult(result: Partial<FunctionResult> = {}): FunctionResult {
  return { outcome: 'ok', text: 'done', size: 4, truncated: false, stored: true, ...result };
}

export function makeReport(task: string, overrides: Partial<TaskReport> = {}): TaskReport {
  return {
    task,
    status: 'completed',
    partial: false,
    usage: {
      inputTokens: 1,
      cachedInputTokens: 0,
      outputTokens: 1,
      reasoningTokens: 0,
      costUsd: null,
      modelCalls: 1,
    },
    startedAt: 2000,
    endedAt: 5000,
    error: null,
    files: 0,
    resultSize: 10,
    stopped: [],
    ...overrides,
  };
}
