import { describe, expect, it } from '@jest/globals';
import { readRetryAfter } from '../../../activities/model/retry-after.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const read = (headers: Record<string, string>) => readRetryAfter(new Headers(headers), NOW);

describe('the delay that headers ask for', () => {
  it('may be a date', () => {
    expect(read({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' })).toBe(30_000);
  });

  it('is none when it is over already', () => {
    expect(read({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' })).toBeUndefined();
    expect(read({ 'retry-after': '0' })).toBeUndefined();
    expect(read({ 'retry-after': '-5' })).toBeUndefined();
  });

  it('has a limit', () => {
    expect(read({ 'retry-after': '999999999' })).toBe(3600_000);
  });
});
