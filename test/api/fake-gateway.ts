/** Conversations without Temporal, for what the API does by itself: a session answers as it was told. */
import type { AwaitedTurn, Gateway, Wait } from '../../api/gateway/gateway.ts';
import { Refused, TemporalAway, WorkflowGone } from '../../api/gateway/failures.ts';
import { TurnOfMessage } from '../../core/turn-of-message.ts';
import { REFUSALS } from '../../protocol/failures.ts';
import { NO_USAGE } from '../../protocol/content.ts';
import type { ConversationEvent, EventBody } from '../../protocol/events.ts';
import { toWorkflowId } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type {
  ConversationRead,
  SendMessage,
  SessionInput,
  TurnEnd,
} from '../../protocol/session-messages.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import { waitFor } from '../support/wait-for.ts';

type Committed = Extract<ConversationEvent, { type: 'message.committed' }>;

export interface FakeConversation {
  events: ConversationEvent[];
  waiting: ConversationRead['waiting'];
  unstored: ConversationRead['unstored'];
  /** Events below it are in the store alone. */
  firstOffset: number;
  sent: SendMessage[];
}

export class FakeGateway implements Gateway {
  readonly conversations = new Map<string, FakeConversation>();
  readonly started: SessionInput[] = [];
  readonly tasks: TaskRequest[] = [];
  readonly closed: string[] = [];
  readonly deleted: string[] = [];
  reads = 0;
  /** Thrown by the next calls of a method. */
  failures: Partial<Record<keyof Gateway, Error>> = {};
  /** Whose next commands are carried out, and their answers get lost. */
  readonly unheard = new Set<keyof Gateway>();
  /** Answers by the id of the request: a workflow carries out the same one once. */
  readonly #answers = new Map<string, { hash: string; answer: unknown }>();
  /** As a workflow that can say how a turn ended; else who waits has to find that. */
  tellsEnds = false;
  /** Called with each task that is taken, as a workflow writes it into the store. */
  onTask: (id: ConversationId, task: TaskRequest) => Promise<void> = () => Promise.resolve();
  health = { temporal: true, mainWorker: true, backgroundWorker: true };

  open(id: ConversationId): FakeConversation {
    const conversation = { events: [], waiting: [], unstored: [], firstOffset: 1, sent: [] };
    this.conversations.set(toWorkflowId(id), conversation);
    return conversation;
  }

  find(id: ConversationId): FakeConversation {
    const found = this.conversations.get(toWorkflowId(id));
    if (found === undefined) throw new WorkflowGone(toWorkflowId(id), { isKnown: false });
    return found;
  }

  record(id: ConversationId, body: EventBody, at = 1_700_000_000_000): ConversationEvent {
    const { events } = this.find(id);
    const event = { offset: (events.at(-1)?.offset ?? 0) + 1, at, ...body };
    events.push(event);
    return event;
  }

  /** How many commands of a kind were carried out. */
  countEffects(method: keyof Gateway): number {
    return [...this.#answers.keys()].filter((key) => key.startsWith(`${method} `)).length;
  }

  startSession(input: SessionInput): Promise<void> {
    return this.#command('startSession', input.session, () => {
      const id = { workspace: input.workspace, session: input.session, task: null };
      this.started.push(input);
      this.open(id);
      this.record(id, { type: 'session.opened', team: input.roster.team, agent: input.agent });
      if (input.message !== undefined) this.#accept(id, input.message);
    });
  }

  sendMessage(id: ConversationId, message: SendMessage) {
    return this.#command('sendMessage', message, () => this.#accept(id, message));
  }

  async awaitTurn(id: ConversationId, message: SendMessage, { onAccepted }: Wait): Promise<AwaitedTurn> {
    const acknowledgement = await this.sendMessage(id, message);
    onAccepted();
    return { acknowledgement, end: this.tellsEnds ? await this.#findEnd(id, message.id) : null };
  }

  #findEnd(id: ConversationId, message: string): Promise<TurnEnd> {
    return waitFor(() => {
      const turn = new TurnOfMessage<Committed>(message);
      const ends = this.find(id).events.map((event) => turn.observe(event));
      const end = ends.find((found) => found !== null && found !== 'closed');
      if (end === undefined || end === null) return null;
      const { reply } = end;
      return { ...end, reply: reply === null ? null : { message: reply.message, at: reply.at } };
    });
  }

  interrupt(id: ConversationId, request: string) {
    return this.#command('interrupt', request, () => {
      this.find(id);
      return { turn: 1 + this.countEffects('interrupt'), changed: true };
    });
  }

  async startTask(id: ConversationId, task: TaskRequest, request: string) {
    const started = await this.#command('startTask', request, () => {
      this.find(id);
      this.tasks.push(task);
      return { task: task.id ?? '', status: 'queued' as const, existing: false };
    });
    await this.onTask(id, task);
    return started;
  }

  stopTask(id: ConversationId, stop: { task: string }, request: string, subtree: readonly string[]) {
    return this.#command('stopTask', request, () => {
      this.find(id);
      const tasks = [stop.task, ...subtree.slice(1)];
      return {
        mode: 'now' as const,
        changed: true,
        tasks: tasks.map((task) => ({ id: task, agent: 'a', status: 'cancelled' as const, partial: false })),
        quiet: true,
      };
    });
  }

  steerTask(id: ConversationId, message: { id: string; hash: string }) {
    return this.#command('steerTask', message, () => {
      this.find(id);
      return { message: message.id, turn: 1, offset: 1 + this.countEffects('steerTask') };
    });
  }

  pauseTask(id: ConversationId, _task: string, request: string) {
    return this.#command('pauseTask', request, () => {
      this.find(id);
      return { status: 'paused' as const, changed: this.countEffects('pauseTask') === 0 };
    });
  }

  resumeTask(id: ConversationId, _task: string, request: string) {
    return this.#command('resumeTask', request, () => {
      this.find(id);
      return { status: 'running' as const, changed: this.countEffects('resumeTask') === 0 };
    });
  }

  extendBudget(_id: ConversationId, _extension: unknown, request: string) {
    return this.#command('extendBudget', request, () => ({ tasks: [] }));
  }

  cancelOrphan() {
    return this.#answer('cancelOrphan', () => true);
  }

  close(id: ConversationId, _wish: unknown, request: string) {
    return this.#command('close', request, () => {
      this.find(id);
      const changed = !this.closed.includes(id.session);
      this.closed.push(id.session);
      return { status: 'closing', changed };
    });
  }

  read(id: ConversationId, fromOffset: number): Promise<ConversationRead> {
    this.reads += 1;
    return this.#answer('read', () => this.#look(id, fromOffset));
  }

  readEnded(id: ConversationId, fromOffset: number): Promise<ConversationRead | null> {
    return Promise.resolve(this.conversations.has(toWorkflowId(id)) ? this.#look(id, fromOffset) : null);
  }

  listForcedEnds(): Promise<ConversationId[]> {
    return Promise.resolve([]);
  }

  #look(id: ConversationId, fromOffset: number): ConversationRead {
    const { events, waiting, unstored, firstOffset } = this.find(id);
    const own = events.filter((event) => event.offset >= Math.max(firstOffset, fromOffset));
    return { view: toView(events), events: own.slice(0, 500), firstOffset, unstored, waiting };
  }

  startPostSession(): Promise<void> {
    return Promise.resolve();
  }

  deleteHistories(session: ConversationId) {
    return this.#answer('deleteHistories', () => void this.deleted.push(session.session));
  }

  checkHealth() {
    return Promise.resolve(this.health);
  }

  linkToTemporal(): string | null {
    return null;
  }

  #accept(id: ConversationId, message: SendMessage) {
    const conversation = this.find(id);
    const { content, delivery = 'next_step' } = message;
    conversation.sent.push(message);
    conversation.waiting.push({ id: message.id, at: 1, content, delivery });
    const { offset } = this.record(id, { type: 'message.queued', message: message.id, delivery });
    return { message: message.id, turn: 1, offset };
  }

  #command<T>(
    method: keyof Gateway,
    request: string | { id: string; hash: string },
    carryOut: () => T,
  ): Promise<T> {
    const { id, hash } = typeof request === 'string' ? { id: request, hash: '' } : request;
    return this.#answer(method, () => {
      const key = `${method} ${id}`;
      const known = this.#answers.get(key) ?? { hash, answer: carryOut() };
      if (known.hash !== hash) throw new Refused(REFUSALS.idReused, 'the id is known');
      this.#answers.set(key, known);
      if (this.unheard.has(method)) throw new TemporalAway(method);
      return known.answer as T;
    });
  }

  async #answer<T>(method: keyof Gateway, answer: () => T): Promise<T> {
    const failure = this.failures[method];
    if (failure !== undefined) throw failure;
    return Promise.resolve(answer());
  }
}

function toView(events: readonly ConversationEvent[]): ConversationRead['view'] {
  return {
    status: 'idle',
    agent: events[0]?.type === 'session.opened' ? events[0].agent : 'root',
    offset: events.at(-1)?.offset ?? 0,
    turn: 0,
    step: 0,
    phase: 'idle',
    currentTool: null,
    lastOutcome: null,
    usage: NO_USAGE,
    treeUsage: NO_USAGE,
    tasks: [],
    closeReason: null,
    startedAt: 1,
    updatedAt: 1,
  };
}
