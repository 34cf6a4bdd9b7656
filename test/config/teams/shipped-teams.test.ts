import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { compileTeam } from '../../../config/teams/compile-team.ts';

const root = new URL('../../../', import.meta.url);
const files = ['agents/', 'examples/support/', 'examples/outreach/'].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => folder + name),
);

describe('the teams that ship', () => {
  it.each(files)('%s has nothing to complain of, and hands work to background agents', (file) => {
    const { team, errors, warnings } = compileTeam({
      name: 'shipped',
      yaml: readFileSync(new URL(file, root), 'utf8'),
    });
    expect([...errors, ...warnings]).toEqual([]);
    expect(team?.agents['root']?.toolsets).toContainEqual({ type: 'background_agents' });
    expect(team?.agents['root']?.subAgents.length).toBeGreaterThan(0);
  });

  it.each(files)('%s runs with either of the two keys alone', (file) => {
    for (const [key, provider] of [
      ['OPENAI_API_KEY', 'openai'],
      ['ANTHROPIC_API_KEY', 'anthropic'],
    ]) {
      const { team } = compileTeam({
        name: 'shipped',
        yaml: readFileSync(new URL(file, root), 'utf8'),
        isSet: (variable) => variable === key,
      });
      const providers = Object.values(team?.models ?? {}).map((model) => model.provider);
      expect(new Set(providers)).toEqual(new Set([provider]));
    }
  });

  it('are one in the folder that is used by default, so that a chat needs no choice', () => {
    expect(files.filter((file) => file.startsWith('agents/'))).toEqual(['agents/assistant.yaml']);
  });
});
