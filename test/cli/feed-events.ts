/** Events of a feed, short to write. */
import type { FeedEvent } from '../../cli/chat-view.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';

const AT = '2026-01-01T00:00:00.000Z';
const NO_USAGE = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
  modelCalls: 0,
};

export function stepStarted(offset: number, turn = 1, step = 1): EventResource {
  return { offset, at: AT, type: 'step.started', turn, step, agent: 'root', model: 'm', inputs: [] };
}

export function delta(text: string, turn = 1, step = 1, attempt = 1): FeedEvent {
  return { type: 'delta', turn, step, attempt, kind: 'text', text };
}

interface Committed {
  turn?: number;
  step?: number;
  role?: 'assistant' | 'system';
  status?: 'committed' | 'interrupted';
}

export function committed(offset: number, text: string, given: Committed = {}): EventResource {
  const { turn = 1, step = 1, role = 'assistant', status = 'committed' } = given;
  const base = { offset, at: AT, type: 'message.committed' as const, turn, step, agent: 'root', model: 'm' };
  const content = text === '' ? [] : [{ type: 'text' as const, text }];
  return {
    ...base,
    message: `msg_${offset}`,
    role,
    status,
    content,
    toolCalls: [],
    stopReason: 'stop',
    usage: NO_USAGE,
  };
}

export function asked(offset: number, task: string, question: string): EventResource {
  return { offset, at: AT, type: 'task.asked', task, turn: 1, step: 1, question };
}

export function queued(offset: number, text: string): EventResource {
  const content = [{ type: 'text' as const, text }];
  const message = {
    id: `msg_${offset}`,
    turn: null,
    step: null,
    role: 'user' as const,
    agent: null,
    content,
    toolCalls: [],
    status: 'committed' as const,
    createdAt: AT,
    usage: null,
  };
  return { offset, at: AT, type: 'message.queued', message, delivery: 'next_step' };
}

export function turnStarted(offset: number, turn = 1): EventResource {
  return { offset, at: AT, type: 'turn.started', turn, cause: 'message', inputs: [] };
}

export function turnFinished(
  offset: number,
  outcome: 'answered' | 'interrupted' | 'failed' = 'answered',
  turn = 1,
): EventResource {
  const error = outcome === 'failed' ? { type: 'model.rate_limited', message: 'Too many requests.' } : null;
  return { offset, at: AT, type: 'turn.finished', turn, outcome, error, usage: NO_USAGE };
}

const KNOWN = { agent: 'web_researcher', title: 'Prices', depth: 1 };

export function taskQueued(offset: number, task: string): EventResource {
  return { offset, at: AT, type: 'task.queued', task, ...KNOWN, mode: 'background', cause: 'model' };
}

export function taskStarted(offset: number, task: string): EventResource {
  return { offset, at: AT, type: 'task.started', task, ...KNOWN };
}

export function taskFinished(
  offset: number,
  task: string,
  status: 'completed' | 'failed' | 'cancelled' = 'completed',
): EventResource {
  const error = status === 'failed' ? { type: 'model.auth', message: 'The key is refused.' } : null;
  const end = { status, partial: false, usage: NO_USAGE, runtimeMs: 4000, error, files: 0 };
  return { offset, at: AT, type: 'task.finished', task, ...KNOWN, ...end };
}

export function progress(task: string, message: string | null, percent: number | null = null): FeedEvent {
  return { type: 'task.progress', task, phase: 'model', step: 1, tool: null, message, percent };
}
