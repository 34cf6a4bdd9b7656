import { extendBudgetSchema } from '../../protocol/schemas/requests.ts';
import { extendedBudgetSchema } from '../../protocol/schemas/resources.ts';
import { extendTaskBudget, extendTreeBudget } from '../conversations/extend-budget.ts';
import { findSession, findTask } from '../conversations/find-conversation.ts';
import { answerOnce } from '../http/idempotency.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Route } from '../http/route.ts';

const ofTask = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/tasks/{task}/budget',
  tag: 'Tasks',
  summary: 'Set new limits of the budget of a task',
  description:
    'Of the budget that the task waits for, also where that is the one of the whole tree; else of its own. Limits ' +
    'that are left out stay. Who waited for it goes on.',
  headers: [IDEMPOTENCY_KEY],
  body: extendBudgetSchema,
  successes: [{ status: 200, description: 'The budget as it is now', schema: extendedBudgetSchema }],
  problems: [
    'not-found',
    'no-budget',
    'task-finished',
    'session-closed',
    'idempotency-key-reused',
    'unavailable',
  ],
  async handle(services, { principal, parameters, body, path, request }) {
    const session = requireParameter(parameters, 'session');
    const task = requireParameter(parameters, 'task');
    const found = await findTask(services, principal, { session, task });
    return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => ({
      status: 200,
      body: await extendTaskBudget(services, found, {
        limits: body,
        by: principal.name,
        request: uuid,
      }),
    }));
  },
});

const ofTree = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/budget',
  tag: 'Sessions',
  summary: 'Set new limits of the budget of a session with all its tasks',
  description: 'Limits that are left out stay. All tasks that waited for it go on.',
  headers: [IDEMPOTENCY_KEY],
  body: extendBudgetSchema,
  successes: [{ status: 200, description: 'The budget as it is now', schema: extendedBudgetSchema }],
  problems: ['not-found', 'no-budget', 'session-closed', 'idempotency-key-reused', 'unavailable'],
  async handle(services, { principal, parameters, body, path, request }) {
    const session = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => ({
      status: 200,
      body: await extendTreeBudget(services, session, {
        limits: body,
        by: principal.name,
        request: uuid,
      }),
    }));
  },
});

export const budgetRoutes: Route[] = [ofTree, ofTask];
