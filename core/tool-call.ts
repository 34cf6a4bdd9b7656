/** A tool call in its situation, and its answer: what every tool gets and gives. */
import type { ModelReply } from '../protocol/activities.ts';
import type { ToolCall } from '../protocol/content.ts';
import type { Place, TasksAnswer, ToolOutcomeName } from '../protocol/transcript.ts';
import type { ConversationState } from './conversation-state.ts';
import type { Dialect } from './dialect.ts';
import type { TurnPorts } from './ports.ts';

/** Whom the conversation is handed over to. */
export interface Handoff {
  to: string;
  reason: string | null;
}

/** The answer of a tool call. `stored`: the activity has written the row already. */
export type ToolAnswer =
  /** `handoff`: what the call decided; `limit` ends the turn. */
  | { outcome: ToolOutcomeName; text: string; handoff?: Handoff | 'limit' }
  | { outcome: 'ok'; answer: TasksAnswer }
  | { outcome: ToolOutcomeName; stored: true; truncated: boolean };

export interface ToolCallSituation {
  state: ConversationState;
  ports: TurnPorts;
  reply: ModelReply;
  call: ToolCall;
  place: Place;
  /** Which call of the step this is, from 0. */
  index: number;
  /** The words of the agent that calls. */
  dialect: Dialect;
}

export type EngineTool = (situation: ToolCallSituation) => ToolAnswer | Promise<ToolAnswer>;
