/** A session and the workflows of its hooks: those before it are waited for, those after it live on their own. */
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  executeChild,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { HooksInput, PostSessionEnd, PreSessionEnd } from '../protocol/hook-runs.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import type { HookPhase } from '../protocol/ids.ts';
import type { Conversation } from './conversation.ts';
import { toSearchAttributes } from './search-attributes.ts';
import { toEnd } from './task-end.ts';

/** Runs what the team has before a session. A session that closes meanwhile stops it. */
export async function runPreSession(conversation: Conversation): Promise<PreSessionEnd> {
  const { state } = conversation;
  const scope = new CancellationScope();
  void condition(() => state.status !== 'open' || !state.isOpening).then(() => scope.cancel());
  try {
    return await scope.run(() =>
      executeChild<(input: HooksInput) => Promise<PreSessionEnd>>('preSession', {
        ...toOptions(conversation, 'pre'),
        args: [toInput(conversation)],
      }),
    );
  } catch (error) {
    const end = toEnd(error);
    if (end.status === 'cancelled') return { outcome: 'cancelled' };
    return { outcome: 'aborted', reason: `what runs before the session failed: ${end.error?.message ?? ''}` };
  }
}

/** Starts what the team has after a session, and does not wait for it. */
export async function startPostSession(conversation: Conversation): Promise<void> {
  const { session } = conversation.state.roster;
  if (session === undefined || (session.post.length === 0 && session.analysis === null)) return;
  try {
    await startChild<(input: HooksInput) => Promise<PostSessionEnd>>('postSession', {
      ...toOptions(conversation, 'post'),
      args: [toInput(conversation)],
    });
  } catch (error) {
    toEnd(error);
  }
}

function toInput({ state, user, rollover }: Conversation): HooksInput {
  const { workspace, session } = state.id;
  return { workspace, session, roster: state.roster, agent: state.agent, user, rollover };
}

function toOptions({ state, user }: Conversation, phase: HookPhase): Omit<ChildWorkflowOptions, 'args'> {
  const { workspace } = state.id;
  const { agent, roster } = state;
  return {
    workflowId: toWorkflowId({ ...state.id, task: phase }),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    staticSummary: `${phase === 'pre' ? 'before' : 'after'} a session of ${roster.team}`,
    typedSearchAttributes: toSearchAttributes({ workspace, user, agent, status: 'open', depth: 0 }),
  };
}
