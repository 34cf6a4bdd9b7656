import type { HookPhase } from '../protocol/ids.ts';
import type { Roster } from '../protocol/team.ts';

/** As if one agent, named after the phase, might start those of its hooks, each by its hook's position. */
export function toHookRoster({ session, ...roster }: Roster, phase: HookPhase): Roster {
  const subAgents = (session?.[phase] ?? []).flatMap(({ kind, name: agent, input }, index) => {
    const entry = { agent, name: String(index + 1), ...(input === null ? {} : { input }) };
    return kind === 'background_agent' ? [entry] : [];
  });
  const starter = { model: '', subAgents, handoffs: [], dialect: null, maxIterations: 1 };
  return { ...roster, agents: { ...roster.agents, [toHookAgent(phase)]: starter } };
}

/** No agent of a file can have this name. */
export function toHookAgent(phase: HookPhase): string {
  return `(${phase}-session)`;
}
