import { describe, expect, it } from '@jest/globals';
import { cleanEnvironment } from '../../scripts/clean-environment.mjs';

describe('the environment of the tests', () => {
  it('has no setting that leads to a cluster, a database or a bill', () => {
    const names = [
      ...['TEMPORAL_ADDRESS', 'TEMPORAL_API_KEY', 'DATABASE_URL', 'REDIS_URL', 'OFFSTAGE_DATA'],
      ...['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_BASE_URL', 'GROQ_API_KEY'],
    ];
    expect(cleanEnvironment(Object.fromEntries(names.map((name) => [name, 'set'])))).toEqual({});
  });

  it('keeps the rest, and the path of the Temporal CLI', () => {
    const env = { PATH: '/bin', HOME: '/home/somebody', OFFSTAGE_TEMPORAL_CLI: '/bin/temporal' };
    expect(cleanEnvironment(env)).toEqual(env);
  });
});
