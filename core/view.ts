/** What a conversation shows of itself to those who ask. */
import type { ConversationRead, ConversationView, TaskView } from '../protocol/session-messages.ts';
import { addUsage } from '../protocol/content.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';

/** Events of one answer; the reader asks again from where it ends. */
const EVENTS_PER_PAGE = 500;

export function readConversation(state: ConversationState, fromOffset: number): ConversationRead {
  const firstOffset = state.events[0]?.offset ?? state.offset + 1;
  const start = Math.max(0, fromOffset - firstOffset);
  return {
    view: toView(state),
    events: state.events.slice(start, start + EVENTS_PER_PAGE),
    firstOffset,
    unstored: state.unstored,
    waiting: state.inbox.flatMap((item) => {
      const waiting = item.kind === 'message' ? state.unplaced[item.id] : undefined;
      return item.kind === 'message' && waiting ? [{ id: item.id, delivery: item.delivery, ...waiting }] : [];
    }),
  };
}

export function toView(state: ConversationState): ConversationView {
  return {
    status: toStatus(state),
    agent: state.agent,
    offset: state.offset,
    turn: state.turn,
    step: state.step,
    phase: state.phase,
    currentTool: state.currentTools[0] ?? null,
    lastOutcome: state.lastOutcome,
    usage: state.usage,
    treeUsage: addUsage(state.usage, state.taskUsage),
    tasks: state.tasks.map(toTaskView),
    closeReason: state.closeReason,
    startedAt: state.startedAt,
    updatedAt: state.events.at(-1)?.at ?? state.startedAt,
  };
}

function toStatus({ status, turnOpen, isOpening, isAborted }: ConversationState): ConversationView['status'] {
  if (status === 'closed' && isAborted) return 'aborted';
  if (status !== 'open') return status;
  if (isOpening) return 'opening';
  return turnOpen ? 'busy' : 'idle';
}

/** Without what only the engine needs. Written out: each question of a feed renders all tasks of its conversation. */
function toTaskView(task: TaskRecord): TaskView {
  return {
    id: task.id,
    agent: task.agent,
    title: task.title,
    depth: task.depth,
    mode: task.mode,
    status: task.status,
    asks: task.asks,
    partial: task.partial,
    queuedAt: task.queuedAt,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
    usage: task.usage,
    error: task.error,
    files: task.files,
    ...(task.shortage === undefined ? {} : { shortage: task.shortage }),
    notice: task.notice,
  };
}
