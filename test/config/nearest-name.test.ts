import { describe, expect, it } from '@jest/globals';
import { nearestName } from '../../config/nearest-name.ts';

describe('the nearest known name', () => {
  const known = ['instruction', 'description', 'model', 'sub_agents', 'max_iterations'];

  it.each([
    ['instructions', 'instruction'],
    ['desciption', 'description'],
    ['modle', 'model'],
    ['Sub_Agents', 'sub_agents'],
    ['max_iteration', 'max_iterations'],
  ])('is found for %s', (unknown, nearest) => {
    expect(nearestName(unknown, known)).toBe(nearest);
  });

  it('is not invented where nothing is close', () => {
    expect(nearestName('weather', known)).toBeNull();
    expect(nearestName('anything', [])).toBeNull();
  });

  it('is the closest of several', () => {
    expect(nearestName('tast', ['taste', 'toast', 'tests', 'task'])).toBe('taste');
    expect(nearestName('tasks', ['tests', 'task'])).toBe('task');
  });
});
