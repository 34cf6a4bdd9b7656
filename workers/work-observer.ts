/** What workers do, as operators see it: lines in the log, and numbers. Ids are in the lines alone, content in neither. */
import type { Logger } from 'pino';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ActivityObserver, EndedActivity, EndedModelCall } from '../activities/activity-observer.ts';
import { isKnownProvider } from '../config/model-providers.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Milestone } from '../protocol/milestone.ts';

export interface WorkObserver extends ActivityObserver {
  reached(conversation: ConversationId, milestone: Milestone): void;
}

/** Seconds: a model call takes from a blink to the ten minutes after which its silence counts as a failure. */
const MODEL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 180, 600];
const ACTIVITY_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600];

export function createWorkObserver(logger: Logger, registry: Registry): WorkObserver {
  const metrics = createMetrics(registry);
  return {
    reached(conversation, milestone) {
      countMilestone(metrics, conversation, milestone);
      const { type, ...more } = milestone;
      const level =
        milestone.type === 'turn.finished' || milestone.type === 'task.finished' ? 'info' : 'debug';
      logger[level]({ ...toLogFields(conversation), ...more }, type);
    },
    workStopped({ conversation, turn, by }) {
      metrics.stops.inc({ of: kindOf(conversation), by });
      logger.debug({ ...toLogFields(conversation), turn, by }, 'work was stopped');
    },
    activityEnded: (activity) => {
      countActivity(metrics, activity);
      logActivity(logger, activity);
    },
    modelCallEnded: (call) => countModelCall(metrics, call),
  };
}

type Metrics = ReturnType<typeof createMetrics>;

function createMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter<Label>({ name: `offstage_${name}`, help, labelNames, registers });
  return {
    turns: counter('turns_total', 'Turns that have ended, of conversations and of tasks', ['of', 'outcome']),
    steps: counter('steps_total', 'Steps that have begun', ['of']),
    tasks: counter('tasks_total', 'Background agents that have ended', ['status']),
    failures: counter('failures_total', 'Turns and tasks that have failed, by the type of the failure', [
      'failure',
    ]),
    activities: new Histogram({
      name: 'offstage_activity_duration_seconds',
      help: 'How long attempts of activities took',
      labelNames: ['activity', 'outcome'] as const,
      buckets: ACTIVITY_BUCKETS,
      registers,
    }),
    retries: counter('activity_retries_total', 'Attempts of activities after the first', ['activity']),
    stops: counter('stops_total', 'Model calls and tools that were interrupted, by how they heard of it', [
      'of',
      'by',
    ]),
    modelCalls: new Histogram({
      name: 'offstage_model_call_duration_seconds',
      help: 'How long requests to providers took, until the last token',
      labelNames: ['provider', 'outcome'] as const,
      buckets: MODEL_BUCKETS,
      registers,
    }),
    tokens: counter('model_tokens_total', 'Tokens as providers tell them', ['provider', 'kind']),
    cost: counter('model_cost_usd_total', 'Cost where the price is known, in US dollars', ['provider']),
  };
}

const kindOf = ({ task }: ConversationId): 'conversation' | 'task' =>
  task === null ? 'conversation' : 'task';

function countMilestone(metrics: Metrics, conversation: ConversationId, milestone: Milestone): void {
  const of = kindOf(conversation);
  if (milestone.type === 'step.started') metrics.steps.inc({ of });
  if (milestone.type === 'turn.finished') metrics.turns.inc({ of, outcome: milestone.outcome });
  if (milestone.type === 'task.finished') metrics.tasks.inc({ status: milestone.status });
  if ('failure' in milestone && milestone.failure !== null)
    metrics.failures.inc({ failure: milestone.failure });
}

function countActivity(metrics: Metrics, { activity, attempt, ms, failure }: EndedActivity): void {
  metrics.activities.observe({ activity, outcome: failure ?? 'ok' }, ms / 1000);
  if (attempt > 1) metrics.retries.inc({ activity });
}

function countModelCall(metrics: Metrics, { provider: name, ms, failure, usage }: EndedModelCall): void {
  // A team file may name providers of its own, as many as it likes.
  const provider = isKnownProvider(name) ? name : 'other';
  metrics.modelCalls.observe({ provider, outcome: failure ?? 'ok' }, ms / 1000);
  if (usage === null) return;
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens, costUsd } = usage;
  const kinds = {
    input: inputTokens,
    cached_input: cachedInputTokens,
    output: outputTokens,
    reasoning: reasoningTokens,
  };
  for (const [kind, count] of Object.entries(kinds)) metrics.tokens.inc({ provider, kind }, count ?? 0);
  metrics.cost.inc({ provider }, costUsd ?? 0);
}

function logActivity(logger: Logger, activity: EndedActivity): void {
  const { conversation, unexpected, ...more } = activity;
  const { failure } = more;
  const fields = { ...toLogFields(conversation), ...more };
  if (unexpected !== null) logger.error({ ...fields, ...unexpected }, 'an activity failed unexpectedly');
  else if (failure !== null && failure !== 'cancelled') logger.warn(fields, 'an activity failed');
  else logger.debug(fields, 'an activity ended');
}

function toLogFields({ workspace, session, task }: ConversationId): Record<string, string> {
  return { workspace, session, ...(task === null ? {} : { task }) };
}
