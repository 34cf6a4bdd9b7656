/**
 * A custom function: its request is made, signed and sent, as often as it takes; its answer sets variables and is stored.
 * Attempts are Temporal's, so that they outlive a worker; whatever comes of them in the end is a result.
 */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { readFunctionAnswer } from '../../core/function-answer.ts';
import { parseModelJson } from '../../core/hook-answer.ts';
import { toSessionBody } from '../../core/session-body.ts';
import type { Activities } from '../../protocol/activities.ts';
import type { FunctionDefinition } from '../../protocol/function-definition.ts';
import type { FunctionRequest, FunctionResult } from '../../protocol/function.ts';
import type { Store } from '../../storage/store.ts';
import { heartbeatInterval, withHeartbeat } from '../activity-abort.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { outlastOutage } from '../outlast-outage.ts';
import { readVariables } from '../read-variables.ts';
import { findToolResult, readArguments, storeToolResult } from '../store-tool-result.ts';
import type { ToolPlace } from '../store-tool-result.ts';
import { attemptFunction } from './attempt-function.ts';
import type { FunctionAttempt } from './attempt-function.ts';
import { toFunctionRequest } from './function-request.ts';
import type { FunctionContent } from './function-request.ts';
import { watchCancellation } from './watch-cancellation.ts';
import { whenToRepeat } from './when-to-repeat.ts';

/** Of an answer that no row holds whole. */
const HEAD_LENGTH = 16 * 1024;

export function createCallFunction(dependencies: ActivityDependencies): Activities['callFunction'] {
  const { store } = dependencies;
  return (request) =>
    // A hook's function may be what a person who closes the session waits for.
    withHeartbeat(heartbeatInterval(request.phase === 'during' ? request.task : null), async () => {
      const place = toPlace(request);
      const known = place === null ? undefined : await outlastOutage(() => findToolResult(store, place));
      if (known !== undefined) return known;
      const effect = await call(dependencies, request);
      if (place !== null) return { ...(await storeToolResult(store, place, effect)), ...effect.more };
      const { outcome, text, more } = effect;
      const head = text.slice(0, HEAD_LENGTH);
      const isCut = head.length < text.length;
      return { outcome, text: head, size: text.length, truncated: isCut, stored: false, ...more };
    });
}

function toPlace({ workspace, session, task, call }: FunctionRequest): ToolPlace | null {
  if (call?.keepsResult !== true) return null;
  const { keepsResult: _keepsResult, ...place } = call;
  return { workspace, session, task, ...place };
}

interface FunctionEffect {
  outcome: FunctionResult['outcome'];
  text: string;
  more: Pick<FunctionResult, 'changed' | 'missing' | 'terminate'>;
}

async function call(dependencies: ActivityDependencies, request: FunctionRequest): Promise<FunctionEffect> {
  const { store, functions } = dependencies;
  const cancellation = watchCancellation(dependencies, request);
  try {
    const definition = await loadDefinition(store, request);
    const missing = new Set<string>();
    const content = await outlastOutage(() => gatherContent(store, request, missing));
    const attempt = await attemptFunction(
      functions.client,
      () => toFunctionRequest(functions, definition, content),
      { timeoutMs: timeLeft(definition, request), signal: cancellation.signal },
    );
    const told = missing.size === 0 ? {} : { missing: [...missing] };
    if (attempt.kind === 'failed') return { ...fail(definition, request, attempt), more: told };
    const effect = await takeAnswer(store, request, attempt.text);
    return { ...effect, more: { ...effect.more, ...told } };
  } catch (error) {
    if (!cancellation.signal.aborted) throw error;
    if (!cancellation.isInterrupted()) throw cancellation.signal.reason;
    return { outcome: 'cancelled', text: 'cancelled: the turn was stopped', more: {} };
  } finally {
    cancellation.close();
  }
}

async function loadDefinition(
  { teams }: Store,
  { workspace, team, function: key, timeoutMs }: FunctionRequest,
): Promise<FunctionDefinition> {
  const definition = (await outlastOutage(() => teams.get(workspace, team)))?.functions?.[key];
  if (definition !== undefined) return { ...definition, timeoutMs: timeoutMs ?? definition.timeoutMs };
  const message = `The team ${team} has no function named ${key}.`;
  throw ApplicationFailure.create({ type: 'team.not_found', message, nonRetryable: true });
}

async function gatherContent(
  store: Store,
  request: FunctionRequest,
  missing: Set<string>,
): Promise<FunctionContent> {
  const { workspace, session, phase, agent, call: place, id } = request;
  const record = await store.sessions.get(workspace, session);
  if (record === null) {
    const type = 'session.not_found';
    throw ApplicationFailure.create({ type, message: 'The session was deleted.', nonRetryable: true });
  }
  const variables = await readVariables(store, request);
  const params = place === undefined ? undefined : await readArguments(store, { ...request, ...place });
  const { analysis } = record;
  const response = await readResponse(store, request);
  const at = Date.now();
  const more = {
    ...(params === undefined ? {} : { params }),
    ...(response === undefined ? {} : { response }),
  };
  const body = toSessionBody(record, { phase, agent, variables, now: at, analysis, ...more });
  return { id, at, rendering: { variables, missing }, body, params: params ?? {} };
}

/** JSON where it is an object or a list, else its words. */
async function readResponse(
  { tasks }: Store,
  { workspace, session, responseOf: task }: FunctionRequest,
): Promise<unknown> {
  if (task === undefined) return undefined;
  const result = (await tasks.get({ workspace, session, task }))?.result ?? '';
  const value = parseModelJson(result);
  return typeof value === 'object' && value !== null ? value : result;
}

/** For an attempt after the time: what it was there for was lost with a worker, and may have happened. */
const LATE_ATTEMPT_MS = 5_000;

/** Of a wait the time that is left, of other functions the whole time for each attempt. */
function timeLeft({ timeoutMs }: FunctionDefinition, { isAwaited }: FunctionRequest): number {
  const left = isAwaited ? timeoutMs - sinceScheduled() : timeoutMs;
  return left > 0 ? left : Math.min(timeoutMs, LATE_ATTEMPT_MS);
}

function sinceScheduled(): number {
  return Date.now() - activityInfo().scheduledTimestampMs;
}

/** Throws where another attempt follows. */
function fail(
  { timeoutMs, errorMessage }: FunctionDefinition,
  { isAwaited, call: place, function: key }: FunctionRequest,
  failure: Extract<FunctionAttempt, { kind: 'failed' }>,
): Pick<FunctionEffect, 'outcome' | 'text'> {
  const { attempt } = activityInfo();
  const leftMs = isAwaited ? timeoutMs - sinceScheduled() : null;
  const delay = whenToRepeat({ ...failure, attempt, leftMs });
  if (delay !== null) {
    const message = `The function ${key} failed and is called again.`;
    throw ApplicationFailure.create({ type: 'function.failed', message, nextRetryDelay: delay });
  }
  const name = place?.tool ?? key;
  const said = errorMessage ?? `${name} failed.`;
  const reason = `(The reason, for you and not for the user: ${failure.reason}.)`;
  return { outcome: 'error', text: place === undefined ? failure.reason : `${said}\n${reason}` };
}

async function takeAnswer(
  { sessions }: Store,
  { workspace, session, phase }: FunctionRequest,
  answered: string,
): Promise<FunctionEffect> {
  const { text, dynamicVariables, terminate } = readFunctionAnswer(answered);
  const words = text === '' ? 'Done.' : text;
  const more = terminate === null ? {} : { terminate };
  if (dynamicVariables === null) return { outcome: 'ok', text: words, more };
  const merged = await outlastOutage(() => sessions.mergeVariables(workspace, session, dynamicVariables));
  if ('problem' in merged) {
    if (phase === 'pre') return { outcome: 'error', text: merged.problem, more };
    return { outcome: 'ok', text: `${words}\n(Its variables were not taken: ${merged.problem}.)`, more };
  }
  return { outcome: 'ok', text: words, more: { ...more, ...toChanged(merged.keys) } };
}

function toChanged(keys: string[]): { changed?: string[] } {
  return keys.length === 0 ? {} : { changed: keys };
}
