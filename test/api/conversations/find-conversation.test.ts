import { expect, it } from '@jest/globals';
import { findTask } from '../../../api/conversations/find-conversation.ts';
import type { EventSource } from '../../../api/feed/event-source.ts';
import { DEVELOPMENT_PRINCIPAL } from '../../../api/principal.ts';
import type { Store } from '../../../storage/store.ts';

const session = `ses_${'0'.repeat(28)}`;
const [onItsWay, unknown] = [1, 2].map((digit) => `agent_task_${String(digit).repeat(36)}`);

/** A store that lacks every task, and a session whose workflow has queued one. */
function makeWorld({ isOver = false } = {}) {
  const store = {
    sessions: { get: () => Promise.resolve({ principal: 'development' }) },
    tasks: { get: () => Promise.resolve(null) },
  } as unknown as Store;
  const source = {
    isOver: () => Promise.resolve(isOver),
    readWorkflow: () => Promise.resolve({ view: { tasks: [{ id: onItsWay }] } }),
  } as unknown as EventSource;
  return { store, source };
}

it.each([
  ['that its session has just queued', onItsWay, 'unavailable', false],
  ['that nobody knows', unknown, 'not-found', false],
  ['that never came to be', onItsWay, 'not-found', true],
])('a task %s is answered by what is true of it', async (_what, task = '', problem, isOver) => {
  await expect(
    findTask(makeWorld({ isOver }), DEVELOPMENT_PRINCIPAL, { session, task }),
  ).rejects.toMatchObject({ problem });
});
