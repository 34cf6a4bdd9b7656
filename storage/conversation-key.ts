import type { ConversationId } from '../protocol/ids.ts';

/** The key columns of a conversation's rows. */
export function toConversationKey(id: ConversationId): { workspace: string; session: string; task: string } {
  return { workspace: id.workspace, session: id.session, task: id.task ?? '' };
}
