import type { SetVariableArguments } from '../../protocol/schemas/tool-arguments.ts';
import type { Tool } from './tool-effect.ts';

/** Of the session, whoever of its agents sets it. */
export const setVariable: Tool = async ({ store }, { workspace, session }, callArguments) => {
  const { key, value = null } = callArguments as SetVariableArguments;
  const merged = await store.sessions.mergeVariables(workspace, session, { [key]: value });
  if ('problem' in merged) return { outcome: 'error', text: `not set: ${merged.problem}` };
  const { keys } = merged;
  return { outcome: 'ok', text: `${key} is set.`, ...(keys.length === 0 ? {} : { changed: keys }) };
};
