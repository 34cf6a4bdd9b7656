/** What a workflow tells its worker at once, without history: hints that may be lost. */
import { proxySinks } from '@temporalio/workflow';
import type { Sinks } from '@temporalio/workflow';
import type { ConversationId } from '../protocol/ids.ts';
import type { Milestone } from '../protocol/milestone.ts';

export interface OffstageSinks extends Sinks {
  offstage: {
    /** There may be events up to this offset, the last of which ends a turn or not: readers should ask. */
    poke(conversation: ConversationId, offset: number, endsTurn: boolean): void;
    /** The turn was interrupted by what is in history: its model call and tools are to be aborted at once. */
    abort(conversation: ConversationId, turn: number): void;
    /** For logs and metrics. It may be told twice, or not at all. */
    reach(conversation: ConversationId, milestone: Milestone): void;
  };
}

export const { offstage: sink } = proxySinks<OffstageSinks>();
