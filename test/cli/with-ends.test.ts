import { describe, expect, it } from '@jest/globals';
import { startWithEnds } from '../../cli/with-ends.ts';

describe('what is ended', () => {
  it('is so in the opposite order, and once', async () => {
    const ended: string[] = [];
    const { url, stop } = await startWithEnds((ends) => {
      ends.push(() => void ended.push('store'));
      ends.push(() => void ended.push('api'));
      return Promise.resolve({ url: 'http://localhost' });
    });
    expect(url).toBe('http://localhost');
    await stop();
    await stop();
    expect(ended).toEqual(['api', 'store']);
  });

  it('is all of it, also when an end fails, which is told when the rest has ended', async () => {
    const ended: string[] = [];
    const { stop } = await startWithEnds((ends) => {
      ends.push(() => void ended.push('store'));
      ends.push(() => Promise.reject(new Error('the worker')));
      ends.push(() => Promise.reject(new Error('the API')));
      return Promise.resolve({});
    });
    await expect(stop()).rejects.toThrow('the API');
    expect(ended).toEqual(['store']);
  });

  it('is also what had started when a start failed, whose reason is told', async () => {
    const ended: string[] = [];
    const start = startWithEnds((ends) => {
      ends.push(() => void ended.push('store'));
      ends.push(() => Promise.reject(new Error('of no interest')));
      return Promise.reject(new Error('the port is taken'));
    });
    await expect(start).rejects.toThrow('the port is taken');
    expect(ended).toEqual(['store']);
  });
});
