import type { Hook } from '../protocol/hooks.ts';

/** Which hooks run together: neighbours that are all marked parallel. Positions count from 1, in the file's order. */
export function groupHooks(hooks: readonly Hook[]): { hook: Hook; position: number }[][] {
  const groups: { hook: Hook; position: number }[][] = [];
  for (const [index, hook] of hooks.entries()) {
    const member = { hook, position: index + 1 };
    const last = groups.at(-1);
    if (last !== undefined && hook.parallel && last[0]?.hook.parallel === true) last.push(member);
    else groups.push([member]);
  }
  return groups;
}
