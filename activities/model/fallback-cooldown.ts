/** Which fallback answered last for an agent, and how long it is asked first. Known to this process only. */
interface Cooldown {
  /** Its place in the chain; the agent's own model is 0. */
  index: number;
  /** Milliseconds since the epoch. */
  until: number;
}

const cooldowns = new Map<string, Cooldown>();

/** The place in the chain (of `length` models) to begin with: 0 when there is no cooldown. */
export function findCooldown(team: string, agent: string, length: number): number {
  const name = nameOf(team, agent);
  const cooldown = cooldowns.get(name);
  if (cooldown === undefined) return 0;
  if (cooldown.until > Date.now() && cooldown.index < length) return cooldown.index;
  cooldowns.delete(name);
  return 0;
}

export function setCooldown(team: string, agent: string, cooldown: Cooldown): void {
  cooldowns.set(nameOf(team, agent), cooldown);
}

function nameOf(team: string, agent: string): string {
  return JSON.stringify([team, agent]);
}
