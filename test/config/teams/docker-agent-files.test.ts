import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { compileTeam } from '../../../config/teams/compile-team.ts';

const fixtures = new URL('../fixtures/docker-agent/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => name.endsWith('.yaml'));
const shipped = new URL('../../../examples/docker-agent/background_agents.yaml', import.meta.url);

describe('files of Docker Agent', () => {
  it.each(names)('%s loads as it stands', (name) => {
    const { team, errors, warnings } = compileTeam({
      name,
      yaml: readFileSync(new URL(name, fixtures), 'utf8'),
    });
    expect(errors).toEqual([]);
    expect(team?.entry).toBe('root');
    for (const warning of warnings) expect(warning.line).toBeGreaterThan(1);
  });

  it('background_agents.yaml runs but for three toolsets, each named with its place', () => {
    const { team, warnings } = compileTeam({
      name: 'background_agents',
      yaml: readFileSync(shipped, 'utf8'),
    });
    expect(team?.agents['root']).toMatchObject({
      subAgents: [{ agent: 'web_researcher' }, { agent: 'code_analyst' }],
      toolsets: [{ type: 'think' }, { type: 'background_agents' }],
    });
    expect(warnings.map(({ line, column, message }) => `${line}:${column} ${message.split(':')[0]}`)).toEqual(
      [
        '38:15 the toolset mcp docker',
        '48:15 the toolset filesystem is not available',
        '49:15 the toolset shell is not available',
      ],
    );
    expect(team?.unavailable.map((tool) => tool.toolset)).toEqual([
      'mcp docker:duckduckgo',
      'filesystem',
      'shell',
    ]);
  });
});
