import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../cli/create-logger.ts';
import { StoreAway } from '../../storage/store-away.ts';

function log(err: unknown): { err: Record<string, unknown> } {
  let line = '';
  createLogger('error', { write: (text: string) => (line += text) }).error({ err }, 'it failed');
  return JSON.parse(line) as { err: Record<string, unknown> };
}

describe('an error in the log', () => {
  it('is its name, its code and where it happened, without its words: they may quote what somebody said', () => {
    const cause = new Error('a secret of the cause');
    const error = Object.assign(new TypeError('a secret\n    of two lines', { cause }), { code: 'E_CODE' });
    const { err } = log(error);
    expect(err).toMatchObject({ name: 'TypeError', code: 'E_CODE', cause: { name: 'Error' } });
    expect(err['stack']).toContain('create-logger.test');
    expect(JSON.stringify(err)).not.toContain('secret');
  });

  it('keeps its words where they are ours', () => {
    expect(log(new StoreAway('connection refused')).err).toMatchObject({
      name: 'StoreAway',
      message: 'The store does not answer: connection refused',
    });
  });

  it('is told without content where something else was thrown', () => {
    expect(log('a secret').err).toEqual({ name: 'string' });
  });
});
