import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { watchCall } from '../../../activities/model/call-watch.ts';
import { IdleTimeout } from '../../../activities/model/stream-failures.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = () => new AbortController().signal;

describe('the watch over a call', () => {
  it('waits as long as there is any sign of life', () => {
    const watch = watchCall(never(), 1000);
    for (let count = 0; count < 5; count++) {
      jest.advanceTimersByTime(999);
      watch.touch();
    }
    expect(watch.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1000);
    expect(watch.signal.aborted).toBe(true);
    expect(watch.explain(new Error('aborted'))).toBeInstanceOf(IdleTimeout);
  });

  it('passes an abort on, and tells its reason', () => {
    const controller = new AbortController();
    const watch = watchCall(controller.signal, 1000);
    const other = new Error('other');
    expect(watch.explain(other)).toBe(other);
    controller.abort('interrupted');
    expect(watch.signal.aborted).toBe(true);
    expect(watch.explain(other)).toBe('interrupted');
  });

  it('leaves no timer and no listener behind', () => {
    const controller = new AbortController();
    const watch = watchCall(controller.signal, 1000);
    watch.close(false);
    expect(jest.getTimerCount()).toBe(0);
    controller.abort('late');
    expect(watch.signal.aborted).toBe(false);
  });
});
