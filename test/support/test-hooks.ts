/** Teams with hooks for tests, and what is kept of them. */
import type { Hook, SessionPhases } from '../../protocol/hooks.ts';
import type { StructuredOutput, Team } from '../../protocol/team.ts';

export function hookOf(name: string, more: Partial<Hook> = {}): Hook {
  return {
    kind: 'background_agent',
    name,
    input: null,
    output: 'text',
    timeoutMs: 60_000,
    onError: 'abort',
    parallel: false,
    ...more,
  };
}

export function withPhases(team: Team, phases: Partial<SessionPhases>): Team {
  const none = { pre: [], post: [], analysis: null, idleTimeoutMs: null, maxDurationMs: null };
  return { ...team, session: { ...none, ...phases } };
}

/** An object with these properties. */
export function outputOf(properties: Record<string, { type: string }>): StructuredOutput {
  const schema = { type: 'object', properties, additionalProperties: false };
  return { name: 'answer', description: null, strict: false, schema };
}
