/** A team's version is a hash of its content, so sessions keep exactly the team that they began with. */
import { createHash } from 'node:crypto';
import type { Team } from '../../protocol/team.ts';

export type TeamContent = Omit<Team, 'version'>;

/** sha256, its first 16 bytes as hex, over JSON with sorted keys: the order in the file changes nothing. */
export function teamVersion(team: TeamContent): string {
  // All of it: the store keeps what it has under a version, so what is left out here would never change.
  const content = { ...team, version: undefined };
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(content)))
    .digest('hex')
    .slice(0, 32);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, sortKeys(inner)]));
}
