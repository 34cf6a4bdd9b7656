import { describe, expect, it } from '@jest/globals';
import { compileTeam } from '../../config/teams/compile-team.ts';
import { toRoster, toTaskRoster } from '../../core/roster.ts';
import { DEFAULT_LIMITS } from '../../protocol/team.ts';
import type { Team } from '../../protocol/team.ts';

function compile(): Team {
  const { team } = compileTeam({
    name: 'desk',
    yaml: `
agents:
  root:
    model: fast
    sub_agents: [{ agent: a, holding_message: Wait. }, b]
    toolsets: [{ type: background_agents }]
  a: { model: openai/gpt-5.4, description: A, sub_agents: [c], max_iterations: 9 }
  b: { model: openai/gpt-5.4, description: B, sub_agents: [b] }
  c: { model: openai/gpt-5.4, description: C }
models: { fast: { provider: openai, model: gpt-5.4-mini } }
`,
  });
  if (team === null) throw new Error('the team of this test has errors');
  return team;
}

describe('the roster of a team', () => {
  const team = compile();
  const roster = toRoster(team);

  it('says who may start whom, with which model and how long, and nothing else', () => {
    expect(roster).toEqual({
      team: 'desk',
      version: team.version,
      limits: DEFAULT_LIMITS,
      onClose: 'stop',
      session: { pre: [], post: [], analysis: null, idleTimeoutMs: 24 * 3_600_000, maxDurationMs: null },
      agents: {
        root: {
          model: 'openai/gpt-5.4-mini',
          subAgents: [{ agent: 'a', holdingMessage: 'Wait.' }, { agent: 'b' }],
          handoffs: [],
          dialect: 'background_agents',
          maxIterations: 50,
        },
        a: {
          model: 'openai/gpt-5.4',
          subAgents: [{ agent: 'c' }],
          handoffs: [],
          dialect: null,
          maxIterations: 9,
        },
        b: {
          model: 'openai/gpt-5.4',
          subAgents: [{ agent: 'b' }],
          handoffs: [],
          dialect: null,
          maxIterations: 50,
        },
        c: { model: 'openai/gpt-5.4', subAgents: [], handoffs: [], dialect: null, maxIterations: 50 },
      },
    });
  });

  it('is cut down for a task to its agent and those below it, rings included', () => {
    expect(Object.keys(toTaskRoster(roster, 'a').agents)).toEqual(['a', 'c']);
    expect(Object.keys(toTaskRoster(roster, 'b').agents)).toEqual(['b']);
    expect(Object.keys(toTaskRoster(roster, 'root').agents)).toEqual(['root', 'a', 'b', 'c']);
    expect(toTaskRoster(roster, 'a')).toMatchObject({ team: 'desk', version: team.version });
  });
});
