/** Hooks in the store: that they run, what a background agent's answer brings, and how they ended. */
import { findValueProblems } from '../config/json-schema.ts';
import { parseModelJson, readHookAnswer } from '../core/hook-answer.ts';
import type { HookAnswer } from '../core/hook-answer.ts';
import type { Activities, CloseHookRequest } from '../protocol/activities.ts';
import type { HookEnd } from '../protocol/hook-runs.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Store } from '../storage/store.ts';
import { currentConversation } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';

export function createHookKeeping({
  store,
}: ActivityDependencies): Pick<Activities, 'openHook' | 'closeHook' | 'markReady'> {
  return {
    async openHook(request) {
      await store.hooks.open(currentConversation(), request);
    },

    /** Its time is taken here: after a worker was lost, a workflow may go on with the time of what it did before. */
    async closeHook(request) {
      const phase = currentConversation();
      const end = await readEnd(store, phase, request);
      const { status, error } = end;
      await store.hooks.close(phase, request, { status, error, usage: null, endedAt: Date.now() });
      return end;
    },

    async markReady({ at }) {
      const { workspace, session } = currentConversation();
      await store.sessions.setStatus(workspace, session, { status: 'idle', at });
    },
  };
}

async function readEnd(store: Store, phase: ConversationId, request: CloseHookRequest): Promise<HookEnd> {
  const nothing = { changed: [], reason: null };
  if (request.end !== null) return { ...request.end, ...nothing };
  if (request.output === 'text') return { status: 'completed', error: null, ...nothing };
  const answer = await readAnswer(store, phase, request);
  if (typeof answer === 'string') return toFailed('hook.invalid_answer', answer);
  const { workspace, session } = phase;
  const merged = await store.sessions.mergeVariables(workspace, session, answer.variables);
  if ('problem' in merged) return toFailed('hook.variables_too_large', merged.problem);
  const { reason } = answer;
  return { status: reason === null ? 'completed' : 'terminated', error: null, changed: merged.keys, reason };
}

function toFailed(type: string, message: string): HookEnd {
  return { status: 'failed', error: { type, message }, changed: [], reason: null };
}

/** The answer of its task, or what is wrong with it. */
async function readAnswer(
  store: Store,
  { workspace, session }: ConversationId,
  { team: version, name, task }: CloseHookRequest,
): Promise<HookAnswer | string> {
  const team = await store.teams.get(workspace, version);
  const record = task === null ? null : await store.tasks.get({ workspace, session, task });
  const value = parseModelJson(record?.result ?? '');
  if (value === undefined) return 'the answer is not JSON';
  const schema = team?.agents[name]?.structuredOutput?.schema;
  const [problem] = schema === undefined ? [] : findValueProblems(schema, value, 'the whole');
  return problem === undefined
    ? readHookAnswer(value)
    : `the answer does not fit structured_output: ${problem}`;
}
