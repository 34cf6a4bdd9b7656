import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { Agent, ModelConfig, Team } from '../../protocol/team.ts';
import { createFailure } from './classify-error.ts';
import { findCooldown, setCooldown } from './fallback-cooldown.ts';
import type { Provider, ProviderCall, ProviderReply, ProviderRequest } from './provider.ts';

export interface ModelChainCall {
  team: Pick<Team, 'version' | 'models'>;
  agent: Pick<Agent, 'name' | 'model' | 'fallback'>;
  provider: Provider;
  /** Renders the prompt for a model of the chain. */
  request: (model: ModelConfig) => ProviderRequest | Promise<ProviderRequest>;
  signal: AbortSignal;
  onDelta: ProviderCall['onDelta'];
  /** What was streamed so far is void: the call is tried again, for this reason. */
  onReset: (reason: string) => void;
  idleTimeoutMs: number;
}

export interface ModelChainReply extends ProviderReply {
  /** The model of the chain that answered, and what it was asked. */
  config: ModelConfig;
  request: ProviderRequest;
}

/** Backoff between two tries of one model of a chain, as in Docker Agent: 200 ms, doubled, at most 2 s. */
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 2000;

/**
 * Calls an agent's model. Without `fallback` there is one try: its failure is thrown, and Temporal retries. With it,
 * each model of the chain has `retries` more tries where another may help; after 429 and other 4xx the next model is
 * asked at once, and the one that answers is asked first until the cooldown is over. When every model has failed, the
 * failure that is thrown is the first one that a later try may mend, else the first.
 */
export async function callModelChain(call: ModelChainCall): Promise<ModelChainReply> {
  const { agent, team } = call;
  const chain = [agent.model, ...(agent.fallback?.models ?? [])].map((name) => findModel(team, name));
  const start = findCooldown(team.version, agent.name, chain.length);
  // The models that are passed over come last: better than no answer at all.
  const order = [...chain.entries()];
  order.push(...order.splice(0, start));
  const failures: ApplicationFailure[] = [];
  for (const [index, model] of order) {
    const reply = await tryModel(call, model, failures);
    if (reply === null) continue;
    if (agent.fallback !== null && index > 0 && failures.some((failure) => !isWorthRetry(failure))) {
      setCooldown(team.version, agent.name, { index, until: Date.now() + agent.fallback.cooldownMs });
    }
    return reply;
  }
  throw failures.reduce((chosen, next) =>
    chosen.nonRetryable === true && !next.nonRetryable ? next : chosen,
  );
}

/** The reply, or null when the model failed and another one may be asked; its failure is then the last in `failures`. */
async function tryModel(
  call: ModelChainCall,
  model: ModelConfig,
  failures: ApplicationFailure[],
): Promise<ModelChainReply | null> {
  const retries = call.agent.fallback?.retries ?? 0;
  const request = await call.request(model);
  let last: ApplicationFailure | undefined;
  for (let retry = 0; retry <= Math.max(0, retries); retry++) {
    if (retry > 0) await backOff(retry, call.signal);
    if (last !== undefined || failures.length > 0) call.onReset((last ?? failures.at(-1))?.message ?? '');
    try {
      const reply = await call.provider.call({
        model,
        request,
        signal: call.signal,
        onDelta: call.onDelta,
        idleTimeoutMs: call.idleTimeoutMs,
      });
      return { ...reply, config: model, request };
    } catch (error) {
      if (call.signal.aborted || !(error instanceof ApplicationFailure)) throw error;
      last = error;
      if (!isWorthRetry(error)) break;
    }
  }
  if (last !== undefined) failures.push(last);
  return null;
}

/** Whether the same model may answer in a moment: not where it refused, was silent or asks to wait for longer. */
function isWorthRetry(failure: ApplicationFailure): boolean {
  if (failure.nonRetryable === true || failure.type === 'model.rate_limited') return false;
  const [detail] = (failure.details ?? []) as { silentMs?: number }[];
  if (detail?.silentMs !== undefined) return false;
  const delay = failure.nextRetryDelay;
  return typeof delay !== 'number' || delay <= MAX_BACKOFF_MS;
}

async function backOff(retry: number, signal: AbortSignal): Promise<void> {
  const delay = Math.min(FIRST_BACKOFF_MS * 2 ** (retry - 1), MAX_BACKOFF_MS);
  try {
    await sleep(delay * (0.9 + Math.random() * 0.2), undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function findModel(team: Pick<Team, 'models'>, name: string): ModelConfig {
  const model = Object.hasOwn(team.models, name) ? team.models[name] : undefined;
  if (model !== undefined) return model;
  throw createFailure('model.not_found', `The team has no model named ${name}`);
}
