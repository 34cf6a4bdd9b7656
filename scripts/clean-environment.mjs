// Settings of the person who runs the tests would send them to a real cluster, or bill a real key.
const DROPPED = [
  /^TEMPORAL_/,
  /^OFFSTAGE_/,
  /_API_KEY$/,
  /^(OPENAI|ANTHROPIC)_/,
  /^DATABASE_URL$/,
  /^PG[A-Z]/,
  /^REDIS_URL$/,
];
// Where a program is says nothing about what it is used on.
const KEPT = new Set(['OFFSTAGE_TEMPORAL_CLI']);

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(env) {
  const isKept = (name) => KEPT.has(name) || !DROPPED.some((pattern) => pattern.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)));
}
