/** What holds of a conversation at every moment, and what when it has come to rest. */
import { expect } from '@jest/globals';
import { waitsFor } from '../../core/waits-for.ts';
import type { BudgetUse } from '../../protocol/budget.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { TaskOutcome } from '../../protocol/transcript.ts';
import { RUNNING_CAP } from './model-conversation.ts';
import type { ModelConversation } from './model-conversation.ts';

const WAITS = ['wait_background_agents', 'transfer_task'];

function countBy(keys: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

type EventOf<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;

function eventsOf<Type extends ConversationEvent['type']>(
  { events }: ModelConversation,
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

/** What holds at every moment. */
export function assertAlways(conversation: ModelConversation): void {
  const { state } = conversation;
  // One that stood still and is being stopped may come on top.
  const running = state.tasks.filter(({ status }) => status === 'running');
  expect(running.length).toBeLessThanOrEqual(RUNNING_CAP);
  const waiting = state.inbox.map((item) => ('id' in item ? item.id : item.task));
  expect(waiting).toHaveLength(new Set(waiting).size);
  for (const task of state.tasks) {
    expect(task.asks === null || task.shortage === undefined).toBe(true);
    if (task.status === 'waiting_input') expect(waitsFor(task)).not.toBeNull();
    if (waitsFor(task) !== null) expect(['waiting_input', 'paused']).toContain(task.status);
  }
  // Nothing that waits for tasks keeps a person waiting; a turn that was interrupted ends when its transfers are quiet.
  if (
    state.turnOpen &&
    state.interruptedTurn !== state.turn &&
    state.inbox.some((item) => item.kind === 'message' && item.delivery === 'next_step')
  ) {
    expect(state.currentTools.filter((tool) => WAITS.includes(tool))).toEqual([]);
  }
}

export function assertTasks(conversation: ModelConversation): void {
  const queued = eventsOf(conversation, 'task.queued').map(({ task }) => task);
  const finished = eventsOf(conversation, 'task.finished');
  expect(finished.map(({ task }) => task).toSorted()).toEqual(queued.toSorted());
  for (const { id, dependsOn } of conversation.state.tasks) {
    const begun = eventsOf(conversation, 'task.started').find(({ task }) => task === id)?.offset ?? Infinity;
    for (const { task, offset } of finished) {
      if (dependsOn.includes(task)) expect(offset).toBeLessThan(begun);
    }
  }
}

function noticesOf({ rows }: ModelConversation): TaskOutcome[] {
  return rows.flatMap((row) => (row.kind === 'completion' ? row.tasks : []));
}

function isEnd({ asks, shortage }: TaskOutcome): boolean {
  return asks === undefined && shortage === undefined;
}

/**
 * Each question, and each want of budget, is told once, unless it is answered or of no use before; a task asks only
 * when it had an answer.
 */
export function assertAsked(conversation: ModelConversation): void {
  const open = new Map<string, 'asked' | 'told'>();
  const short = new Map<string, BudgetUse>();
  for (const event of conversation.events) {
    if (event.type === 'task.asked' || event.type === 'budget.exhausted') {
      const task = event.task ?? '';
      expect(open.get(task)).toBeUndefined();
      open.set(task, 'asked');
      if (event.type === 'budget.exhausted') short.set(task, event);
    } else if (event.type === 'budget.extended') {
      for (const [task, { scope, limit }] of short) {
        const isOfIt = scope === 'tree' ? event.task === null : event.task === task;
        if (isOfIt && (event.tokens ?? 0) > limit && short.delete(task)) open.delete(task);
      }
    } else if (event.type === 'question.delivered') {
      expect(event.tasks.map((task) => open.get(task))).toEqual(event.tasks.map(() => 'asked'));
      for (const task of event.tasks) open.set(task, 'told');
    } else if (
      ['task.steering', 'task.cancelling', 'task.finished'].includes(event.type) &&
      'task' in event
    ) {
      const task = event.task ?? '';
      // Words are no budget.
      if (event.type === 'task.steering' && short.has(task)) continue;
      open.delete(task);
      short.delete(task);
    }
  }
  expect(open.size).toBe(0);
  const noticed = eventsOf(conversation, 'question.delivered').flatMap(({ by, tasks }) =>
    by === 'notice' ? tasks : [],
  );
  const placed = noticesOf(conversation).filter((task) => !isEnd(task));
  expect(placed.map(({ task }) => task)).toEqual(noticed);
}

/** Each end that is to be told is told once, and by a notice or by a tool, never by both. */
export function assertTold(conversation: ModelConversation): void {
  const deliveries = eventsOf(conversation, 'completion.delivered');
  const delivered = deliveries.flatMap(({ tasks }) => tasks);
  const told = conversation.state.tasks
    .filter(({ notify: when, status }) => when === 'always' || (when === 'failure' && status !== 'completed'))
    .filter(({ mode }) => mode === 'background')
    .map(({ id }) => id);
  expect(delivered.toSorted()).toEqual(told.toSorted());
  const noticed = deliveries.flatMap(({ by, tasks }) => (by === 'notice' ? tasks : []));
  const placed = noticesOf(conversation).filter(isEnd);
  expect(placed.map(({ task }) => task)).toEqual(noticed);
  const spoken = eventsOf(conversation, 'completion.spoken').flatMap(({ tasks }) => tasks);
  expect(spoken).toHaveLength(new Set(spoken).size);
}

export function assertConversation(conversation: ModelConversation): void {
  const { events, rows, accepted } = conversation;
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
  const users = rows.flatMap((row) => (row.kind === 'user' ? [row.id] : []));
  expect(countBy(users)).toEqual(countBy(accepted));
  const places = rows.map(({ place }) => place.join('.'));
  expect(places).toHaveLength(new Set(places).size);
  const started = eventsOf(conversation, 'turn.started').map(({ turn }) => turn);
  expect(started).toEqual(started.map((_, index) => index + 1));
  const finished = eventsOf(conversation, 'turn.finished').map(({ turn }) => turn);
  expect(finished).toEqual(started);
}
