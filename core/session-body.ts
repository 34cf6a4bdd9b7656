/** What a function is told of its session: the body of its request, the same in every phase. */
import type { SessionPhase } from '../protocol/function.ts';
import type { Variables } from './render-template.ts';

export interface SessionFacts {
  id: string;
  workspace: string;
  team: { name: string; version: string };
  /** As the client gave it: an id, or an object with one. */
  user: unknown;
  metadata: Record<string, unknown>;
  createdAt: number;
}

export interface FunctionSituation {
  phase: SessionPhase;
  agent: string;
  variables: Variables;
  /** Milliseconds since the epoch. */
  now: number;
  /** The arguments of a model's call. */
  params?: Record<string, unknown>;
  /** After the session. */
  analysis?: unknown;
  /** Of the background agent before it. */
  response?: unknown;
}

export function toSessionBody(session: SessionFacts, situation: FunctionSituation): Record<string, unknown> {
  const { phase, agent, variables, now, params, analysis, response } = situation;
  return {
    sessionId: session.id,
    workspace: session.workspace,
    team: session.team,
    agent: { name: agent },
    user: toUser(session.user),
    metadata: session.metadata,
    dynamicVariables: variables,
    createdAt: toIso(session.createdAt),
    time: toIso(now),
    phase,
    ...(params === undefined ? {} : { params }),
    ...(phase === 'post' ? { analysis: analysis ?? null } : {}),
    ...(response === undefined ? {} : { response }),
  };
}

function toUser(user: unknown): unknown {
  return typeof user === 'string' ? { id: user } : (user ?? null);
}

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
