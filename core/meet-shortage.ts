/** What a conversation does when a budget comes to its end: its agent is told, it asks for more, or it stops. */
import type { BudgetNotice, BudgetUse } from '../protocol/budget.ts';
import type { ConversationState } from './conversation-state.ts';
import { takePlace } from './place-inputs.ts';
import type { TurnPorts } from './ports.ts';
import { budgetWarningWords } from './words.ts';

/** Once for each budget, until it is extended. The words come after the results of the step's tools. */
export function warnOfBudget(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'now' | 'newMessageId'>,
  notice: BudgetNotice | undefined,
): void {
  if (notice?.state !== 'warned' || state.budgetWarned.includes(notice.scope)) return;
  const use = toUse(notice);
  ports.record({ type: 'budget.warned', task: state.id.task, ...use });
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'instruction', ...head, text: budgetWarningWords(use) });
}

/** True where the task waits for more; false where the turn is over. */
export function meetShortage(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  notice: BudgetNotice & { state: 'exhausted' },
): boolean {
  const asks = state.id.task !== null && notice.onExhausted === 'ask' && !state.wrapsUp;
  ports.record({ type: 'budget.exhausted', task: state.id.task, asks, ...toUse(notice) });
  return asks;
}

function toUse({ scope, unit, used, limit }: BudgetUse): BudgetUse {
  return { scope, unit, used, limit };
}
