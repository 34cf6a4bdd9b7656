/** What the team's analysis makes of a session that is over: one model call, and a second one to mend its answer. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { findValueProblems } from '../config/json-schema.ts';
import { parseModelJson } from '../core/hook-answer.ts';
import type { Activities, AnalyzeRequest } from '../protocol/activities.ts';
import { addUsage } from '../protocol/content.ts';
import type { Usage } from '../protocol/content.ts';
import type { Analysis } from '../protocol/hooks.ts';
import type { Team } from '../protocol/team.ts';
import { withHeartbeat } from './activity-abort.ts';
import { currentConversation } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { endWhenOverdue } from './model-deadline.ts';
import { callModelChain } from './model/call-with-fallback.ts';
import type { ProviderRequest } from './model/provider.ts';
import { outlastOutage } from './outlast-outage.ts';
import { askAgain, renderAnalysisPrompt } from './prompt/analysis-prompt.ts';

const HEARTBEAT_MS = 5_000;
/** Told to the model that is to mend its answer, and to people. */
const MOST_PROBLEMS = 5;

type Answer =
  | { status: 'completed'; analysis: unknown; error: null; usage: Usage | null }
  | { status: 'failed' | 'cancelled'; error: { type: string; message: string }; usage: Usage | null };

export function createAnalyzeSession(dependencies: ActivityDependencies): Activities['analyzeSession'] {
  const { store } = dependencies;
  return (request) =>
    withHeartbeat(HEARTBEAT_MS, async () => {
      const { workspace, session, task: phase } = currentConversation();
      await store.hooks.open({ workspace, session }, { ...request, task: null });
      const answer = await analyze(dependencies, { workspace, session }, request, phase);
      const end = { ...answer, endedAt: Date.now() };
      await outlastOutage(() => store.hooks.close({ workspace, session }, request, end));
      return end.status;
    });
}

async function analyze(
  { store, provider }: ActivityDependencies,
  { workspace, session }: { workspace: string; session: string },
  request: AnalyzeRequest,
  phase: string | null,
): Promise<Answer> {
  const team = await store.teams.get(workspace, request.team);
  const analysis = team?.session?.analysis ?? null;
  if (team === null || analysis === null) {
    const message = `The team ${request.team} with its analysis is not in the store.`;
    throw ApplicationFailure.create({ type: 'team.not_found', message, nonRetryable: true });
  }
  const rows = await store.transcript.read({ workspace, session, task: null });
  const prompt = renderAnalysisPrompt(analysis, rows);
  if (prompt === null) {
    return {
      status: 'cancelled',
      error: { type: 'analysis.nothing_said', message: 'Nothing was said in the session.' },
      usage: null,
    };
  }
  try {
    return await answerTwice((asked) => ask(provider, team, analysis, asked), analysis, prompt);
  } catch (error) {
    throw endWhenOverdue(error, phase);
  }
}

type Ask = (request: ProviderRequest) => Promise<{ text: string; usage: Usage }>;

async function answerTwice(askModel: Ask, analysis: Analysis, prompt: ProviderRequest): Promise<Answer> {
  const first = await askModel(prompt);
  const problem = findProblem(analysis, first.text);
  if (problem === null) return toCompleted(first.text, first.usage);
  const second = await askModel(askAgain(prompt, first.text, problem));
  const usage = addUsage(first.usage, second.usage);
  const left = findProblem(analysis, second.text);
  if (left === null) return toCompleted(second.text, usage);
  return {
    status: 'failed',
    error: { type: 'analysis.invalid', message: `The second answer does not fit either: ${left}` },
    usage,
  };
}

function toCompleted(text: string, usage: Usage): Answer {
  return { status: 'completed', analysis: parseModelJson(text), error: null, usage };
}

function findProblem({ parameters }: Analysis, text: string): string | null {
  const value = parseModelJson(text);
  if (value === undefined) return 'it is not JSON';
  const problems = findValueProblems(parameters, value, 'the whole');
  return problems.length === 0 ? null : problems.slice(0, MOST_PROBLEMS).join('; ');
}

async function ask(
  provider: ActivityDependencies['provider'],
  team: Team,
  analysis: Analysis,
  request: ProviderRequest,
): Promise<{ text: string; usage: Usage }> {
  return callModelChain({
    team,
    agent: { name: 'analysis', model: analysis.model, fallback: null },
    provider,
    request: () => request,
    signal: Context.current().cancellationSignal,
    onDelta: () => undefined,
    onReset: () => undefined,
    idleTimeoutMs: team.limits.modelIdleTimeoutMs,
  });
}
