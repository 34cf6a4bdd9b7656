/**
 * One model call of a step: what was born in the workflow is stored, the transcript is read, the model answers, the
 * answer is stored and returned. A repeat after a crash returns what the store holds and asks nobody again.
 */
import { activityInfo } from '@temporalio/activity';
import type { Activities, ModelCallRequest, ModelReply, StoredReply } from '../protocol/activities.ts';
import { NO_USAGE, UNKNOWN_USAGE } from '../protocol/content.ts';
import type { Part, Usage } from '../protocol/content.ts';
import type { Place } from '../protocol/transcript.ts';
import { heartbeatInterval, watchAbort, withHeartbeat } from './activity-abort.ts';
import { openCallBudget } from './call-budget.ts';
import type { CallBudget } from './call-budget.ts';
import { currentConversation, currentRun } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { endWhenOverdue } from './model-deadline.ts';
import { callModelChain } from './model/call-with-fallback.ts';
import type { ModelChainReply } from './model/call-with-fallback.ts';
import { openModelStream } from './model-stream.ts';
import { newMessageId } from './new-id.ts';
import { outlastOutage } from './outlast-outage.ts';
import { preparePrompt } from './prompt/prepare-prompt.ts';
import type { PreparedPrompt } from './prompt/prepare-prompt.ts';
import { announceProgress } from './task-progress.ts';
import { checkToolCall } from './tools/tool-catalog.ts';
import { toWorkflowReply } from './workflow-reply.ts';

export function createCallModel(dependencies: ActivityDependencies): Activities['callModel'] {
  const { store } = dependencies;
  return (call) => {
    const request = { ...currentConversation(), ...call };
    return withHeartbeat(heartbeatInterval(request.task), async () => {
      if (request.keep !== true) await tellBeginning(dependencies, request);
      const prompt = await preparePrompt(store, request);
      const stored = prompt.isNewStep ? null : await findStored(store, request, prompt);
      const budget = openCallBudget(store, request, prompt);
      const ask = request.keep === true ? keepPartial : answer;
      const reply =
        stored === null
          ? await ask(dependencies, request, prompt, budget)
          : await charge(budget, toWorkflowReply(stored, prompt.tools));
      const { workspace, session, task } = request;
      if (task === null && reply.toolCalls.length === 0)
        setStatus(dependencies, workspace, session, { status: 'idle' });
      const { missing } = prompt;
      return missing.length === 0 ? reply : { ...reply, missing };
    });
  };
}

/** What an earlier attempt at the step has stored. */
function findStored(
  store: ActivityDependencies['store'],
  { workspace, session, task, turn, step }: ModelCallRequest,
  { requestHash }: PreparedPrompt,
): Promise<StoredReply | null> {
  return store.transcript.claimStep(
    { workspace, session, task },
    { turn, step, run: currentRun(), requestHash },
  );
}

async function tellBeginning(dependencies: ActivityDependencies, request: ModelCallRequest): Promise<void> {
  const { workspace, session, task, step, agent } = request;
  announceProgress(dependencies.bus, request, { phase: 'model', step, tool: null });
  if (task === null) setStatus(dependencies, workspace, session, { status: 'busy', agent });
  else if (step === 1) {
    await dependencies.store.tasks.markStarted(
      { workspace, session, task },
      activityInfo().scheduledTimestampMs,
    );
  }
}

/** For lists of sessions, which are read from the store: the workflow knows better, so nobody waits for this. */
function setStatus(
  { store }: ActivityDependencies,
  workspace: string,
  session: string,
  change: { status: 'idle' | 'busy'; agent?: string },
): void {
  store.sessions.setStatus(workspace, session, { ...change, at: Date.now() }).catch(() => undefined);
}

/** Asks the model. An interrupt ends the call with what was said so far; a worker's shutdown gives it up. */
async function answer(
  { store, bus, provider, observer }: ActivityDependencies,
  request: ModelCallRequest,
  prompt: PreparedPrompt,
  budget: CallBudget | null,
): Promise<ModelReply> {
  const { workspace, session, task, turn, step } = request;
  const abort = watchAbort({ bus, observer }, request);
  const attempt = activityInfo().attempt;
  const stream = openModelStream({ store, bus }, { workspace, session, task, turn, step, attempt });
  let isAnswered = false;
  try {
    const shortage = (await budget?.reserve(abort.signal)) ?? null;
    if (shortage !== null) return { ...toEmptyReply(request, NO_USAGE), budget: shortage };
    const reply = await callModelChain({
      team: prompt.team,
      agent: prompt.agent,
      provider,
      request: () => prompt.request,
      signal: abort.signal,
      onDelta: stream.onDelta,
      onReset: stream.reset,
      idleTimeoutMs: prompt.team.limits.modelIdleTimeoutMs,
    });
    isAnswered = true;
    return await charge(budget, await commit(store, request, prompt, toCommitted(request, prompt, reply)));
  } catch (error) {
    // What another attempt needs it reserves itself; an answer that was there is charged by the attempt that finds it.
    const isCutOff = abort.signal.aborted && abort.isInterrupted();
    if (!isCutOff && !isAnswered) await budget?.release().catch(() => undefined);
    if (!abort.signal.aborted) throw endWhenOverdue(error, task);
    if (!isCutOff) throw abort.signal.reason;
    return await keepSaid(store, request, prompt, budget, stream.text());
  } finally {
    stream.close();
    abort.close();
  }
}

/** The worker that heard it is gone: the store has what was said until a moment before. */
async function keepPartial(
  { store }: ActivityDependencies,
  request: ModelCallRequest,
  prompt: PreparedPrompt,
  budget: CallBudget | null,
): Promise<ModelReply> {
  const partial = await store.partials.read(request);
  const isOfCall = partial?.turn === request.turn && partial.step === request.step;
  if (isOfCall && partial.text !== '') return keepSaid(store, request, prompt, budget, partial.text);
  // It may never have been made.
  await budget?.release();
  return keepNothing(store, request);
}

async function keepSaid(
  store: ActivityDependencies['store'],
  request: ModelCallRequest,
  prompt: PreparedPrompt,
  budget: CallBudget | null,
  said: string,
): Promise<ModelReply> {
  if (said !== '') {
    const cut = await commit(store, request, prompt, toInterrupted(request, prompt, said));
    return charge(budget, cut, said);
  }
  return charge(budget, await keepNothing(store, request), said);
}

async function keepNothing(
  store: ActivityDependencies['store'],
  request: ModelCallRequest,
): Promise<ModelReply> {
  await store.partials.clear(request);
  return { ...toEmptyReply(request, USAGE_OF_STOPPED_CALL), stopped: 'interrupted' };
}

async function commit(
  store: ActivityDependencies['store'],
  request: ModelCallRequest,
  { tools }: PreparedPrompt,
  reply: StoredReply,
): Promise<ModelReply> {
  const committed = { ...reply, agent: request.agent, at: Date.now(), run: currentRun() };
  return toWorkflowReply(await outlastOutage(() => store.transcript.commitReply(request, committed)), tools);
}

/** The place after the last one that the workflow knows. */
function placeOfReply({ turn, step, head }: ModelCallRequest): Place {
  return head[0] === turn && head[1] === step ? [turn, step, head[2] + 1] : [turn, step, 0];
}

function toCommitted(request: ModelCallRequest, prompt: PreparedPrompt, reply: ModelChainReply): StoredReply {
  const text: Part[] = reply.text === '' ? [] : [{ type: 'text', text: reply.text }];
  // Tools that were offered for the sake of the prompt's prefix alone may not be called.
  const calls = request.tools === 'none' ? [] : reply.toolCalls;
  return {
    id: newMessageId(),
    place: placeOfReply(request),
    content: [...reply.thinking, ...text],
    toolCalls: calls.map((call) => checkToolCall(prompt.tools, call)),
    stopReason: reply.stopReason,
    model: `${reply.config.provider}/${reply.model}`,
    usage: reply.usage,
    requestHash: prompt.requestHash,
    status: 'committed',
  };
}

function toInterrupted(request: ModelCallRequest, prompt: PreparedPrompt, said: string): StoredReply {
  return {
    id: newMessageId(),
    place: placeOfReply(request),
    content: [{ type: 'text', text: said }],
    toolCalls: [],
    stopReason: null,
    model: modelName(prompt),
    usage: USAGE_OF_STOPPED_CALL,
    requestHash: prompt.requestHash,
    status: 'interrupted',
  };
}

/** `said`: of a call that was cut off, whose usage nobody told. */
async function charge(budget: CallBudget | null, reply: ModelReply, said?: string): Promise<ModelReply> {
  const warning = (await budget?.settle(reply.usage, said)) ?? null;
  return warning === null ? reply : { ...reply, budget: warning };
}

/** Nothing was said: there is no message, and nothing is stored. */
function toEmptyReply(request: ModelCallRequest, usage: Usage): ModelReply {
  const place = placeOfReply(request);
  return { message: null, place, text: '', toolCalls: [], stopReason: null, usage };
}

/** The provider tells the usage at the end of its answer, and this one had none. */
const USAGE_OF_STOPPED_CALL = { ...UNKNOWN_USAGE, modelCalls: 1 };

function modelName({ team, agent }: PreparedPrompt): string {
  const model = team.models[agent.model];
  return model === undefined ? agent.model : `${model.provider}/${model.model}`;
}
