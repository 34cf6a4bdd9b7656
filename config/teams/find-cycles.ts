/** Rings of agents that may start one another. */
import type { Agent } from '../../protocol/team.ts';

export interface Cycle {
  /** The agent whose entry closes the ring. */
  agent: string;
  subAgent: string;
  /** The way around, its first name repeated at the end. */
  names: string[];
}

/** One for each entry that leads back to an agent on the way to it. */
export function findCycles(agents: Record<string, Pick<Agent, 'subAgents'>>): Cycle[] {
  const cycles: Cycle[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: string[]): void => {
    for (const { agent: next } of agents[name]?.subAgents ?? []) {
      const start = way.indexOf(next);
      if (start >= 0) cycles.push({ agent: name, subAgent: next, names: [...way.slice(start), next] });
      else if (!done.has(next)) visit(next, [...way, next]);
    }
    done.add(name);
  };
  for (const name of Object.keys(agents)) {
    if (!done.has(name)) visit(name, [name]);
  }
  return cycles;
}
