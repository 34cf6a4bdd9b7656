/** Functions that need no definition: an agent has them by their names in its `functions`. */
export const BUILT_IN_FUNCTIONS = [
  'end_session',
  'schedule_follow_up',
  'cancel_follow_up',
  'set_variable',
] as const;

export type BuiltInFunction = (typeof BUILT_IN_FUNCTIONS)[number];

export function isBuiltInFunction(name: string): name is BuiltInFunction {
  return (BUILT_IN_FUNCTIONS as readonly string[]).includes(name);
}
