/** What goes over the bus: hints and live text. All of it may be lost; nothing depends on it but speed. */
import type { ConversationId } from './ids.ts';

export type DeltaKind = 'text' | 'thinking' | 'arguments';

export type LiveMessage =
  /**
   * The conversation's state may have events up to this offset: ask. Sent before the server accepted them. `endsTurn`:
   * the last of them is the end of a turn, or of the conversation.
   */
  | { type: 'poke'; offset: number; endsTurn?: boolean }
  | {
      type: 'delta';
      turn: number;
      step: number;
      attempt: number;
      kind: DeltaKind;
      text: string;
      call?: string;
    }
  /** What this step streamed so far is void: another attempt begins. */
  | { type: 'attempt.reset'; turn: number; step: number; attempt: number; reason: string }
  | {
      type: 'task.progress';
      task: string;
      phase: string;
      step: number;
      tool: string | null;
      message: string | null;
      percent: number | null;
    };

/** Sent to whoever runs a conversation's model calls and tools: abort them now. */
export interface ControlMessage {
  type: 'abort';
  /** The turn that was interrupted, later ones are not meant; null: whatever runs, there will be no later turn. */
  turn: number | null;
}

/** Deltas and pokes of a conversation. The events of a task's progress are also sent to its session's topic. */
export function liveTopic(id: ConversationId): string {
  return `live/${id.workspace}/${id.session}/${id.task ?? ''}`;
}

export function controlTopic(id: ConversationId): string {
  return `control/${id.workspace}/${id.session}/${id.task ?? ''}`;
}
