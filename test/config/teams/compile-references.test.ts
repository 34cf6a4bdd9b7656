import { describe, expect, it } from '@jest/globals';
import { compileTeam } from '../../../config/teams/compile-team.ts';
import type { OtherTeams } from '../../../config/teams/other-teams.ts';
import type { Team } from '../../../protocol/team.ts';

function makeOthers(files: Record<string, string>): OtherTeams {
  return {
    names: () => Object.keys(files),
    read(name) {
      const yaml = files[name];
      if (yaml === undefined) return null;
      return compileTeam({ name, yaml, others: null }).team ?? 'errors';
    },
  };
}

const OTHERS = makeOthers({
  office: `
agents:
  clerk:
    model: fast
    description: Files papers
    sub_agents: [copyist, team/helper, nowhere/nobody]
    handoffs: [legal/lawyer]
  copyist: { model: openai/gpt-5.4, description: Copies }
models: { fast: { provider: anthropic, model: claude-haiku-5-5 } }
`,
  legal:
    'agents:\n  lawyer: { model: fast, sub_agents: [office/clerk] }\nmodels: { fast: { provider: openai, model: m } }\n',
  broken: 'agents:\n  root: { sub_agents: [gone] }\n',
});

const compile = (root: string, more = ''): ReturnType<typeof compileTeam> =>
  compileTeam({
    name: 'team',
    yaml: `
agents:
  root: { model: fast, description: Talks, ${root} }
  helper: { model: fast, description: Helps }
models: { fast: { provider: openai, model: gpt-5.4-mini } }
${more}`,
    others: OTHERS,
  });

const subAgentsOf = (team: Team | null, agent: string): string[] =>
  team?.agents[agent]?.subAgents.map((entry) => entry.agent) ?? [];

describe('an agent of another team', () => {
  const { team, errors, warnings } = compile(
    'sub_agents: [office/clerk], handoffs: [{ agent: office/copyist }]',
  );

  it('comes with all that it names in turn', () => {
    expect([...errors, ...warnings]).toEqual([]);
    expect(Object.keys(team?.agents ?? {})).toEqual([
      'root',
      'helper',
      'office/clerk',
      'office/copyist',
      'legal/lawyer',
    ]);
    expect(subAgentsOf(team, 'office/clerk')).toEqual(['office/copyist', 'helper']);
    expect(subAgentsOf(team, 'legal/lawyer')).toEqual(['office/clerk']);
    expect(team?.agents['root']?.handoffs).toEqual([{ agent: 'office/copyist', description: null }]);
  });

  it('keeps its own models, whatever they are called here', () => {
    const modelOf = (agent: string): string | undefined =>
      team?.models[team.agents[agent]?.model ?? '']?.model;
    expect(['root', 'office/clerk', 'office/copyist', 'legal/lawyer'].map(modelOf)).toEqual([
      'gpt-5.4-mini',
      'claude-haiku-5-5',
      'gpt-5.4',
      'm',
    ]);
  });

  it.each([
    ['office/clark', 'the team "office" has no agent "clark"; did you mean "office/clerk"?'],
    ['broken/root', 'the team "broken" has errors: mend its file first'],
    ['team/halper', 'there is no agent "team/halper"; did you mean "helper"?'],
  ])('is an error where it cannot be: %s', (name, message) => {
    expect(compile(`sub_agents: [${name}]`).errors).toMatchObject([{ message, line: 3 }]);
    expect(compile(`handoffs: [${name}]`).errors).toMatchObject([{ message, line: 3 }]);
  });

  it('may be named with this team before it, as others name it', () => {
    expect(subAgentsOf(compile('sub_agents: [team/helper]').team, 'root')).toEqual(['helper']);
  });

  it('of a team that is not here is left out with a warning: it may be in a registry', () => {
    const { team: lacking, warnings: told } = compile('sub_agents: [helper, catalog/pirate]');
    expect(subAgentsOf(lacking, 'root')).toEqual(['helper']);
    expect(told).toMatchObject([{ message: expect.stringContaining('no team "catalog" here') }]);
  });
});

describe('"*"', () => {
  it('is every agent of this team but itself, and of the others that have no errors', () => {
    const { team, errors, warnings } = compile('sub_agents: ["*", { agent: helper, name: aide }]');
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([{ message: expect.stringContaining('the team "broken" are left out') }]);
    expect(subAgentsOf(team, 'root')).toEqual(['helper', 'office/clerk', 'office/copyist', 'legal/lawyer']);
    expect(team?.agents['root']?.subAgents[0]?.name).toBe('aide');
  });

  it('is not there for handoffs', () => {
    expect(compile('handoffs: ["*"]').errors).toMatchObject([{ line: 3 }]);
  });
});

describe('entries', () => {
  it('map variables into the task; a template that does not parse is an error', () => {
    const input = 'input: { customer: "{{customer.name}}", deep: [{ a: "{{ b c }}" }] }';
    const { errors } = compile(`sub_agents: [{ agent: helper, ${input} }]`);
    expect(errors).toMatchObject([
      {
        path: 'agents.root.sub_agents[0].input.deep.0.a',
        message: expect.stringContaining('{{ b c }} does not parse'),
      },
    ]);
  });

  it('to hand over to itself, or twice to one agent, are left out with a warning', () => {
    const { team, warnings } = compile('handoffs: [helper, root, helper]');
    expect(team?.agents['root']?.handoffs.map(({ agent }) => agent)).toEqual(['helper']);
    expect(warnings).toHaveLength(2);
  });
});

describe('the dialect tasks', () => {
  const toolsets = 'toolsets: [{ type: background_agents, dialect: tasks }]';

  it('is understood', () => {
    const { team, errors, warnings } = compile(`sub_agents: [helper], ${toolsets}`);
    expect([...errors, ...warnings]).toEqual([]);
    expect(team?.agents['root']?.toolsets).toEqual([{ type: 'background_agents', dialect: 'tasks' }]);
  });

  it('has the main agent speak of slow tasks, from times that are written or the usual ones', () => {
    const nudge = (times: string) =>
      compile(`sub_agents: [helper], toolsets: [{ type: background_agents, progress_nudge: ${times} }]`);
    expect(nudge('{ after: 90s }').team?.agents['root']?.toolsets).toEqual([
      { type: 'background_agents', progressNudge: { afterMs: 90_000, everyMs: 300_000 } },
    ]);
    expect(nudge('{ every: soon }').errors).toMatchObject([
      { message: expect.stringContaining('not a time') },
    ]);
  });

  it('needs sub_agents', () => {
    expect(compile(toolsets).errors).toMatchObject([
      { message: expect.stringContaining('background_agents needs sub_agents') },
    ]);
  });

  it.each([
    ['another tool', '{ agent: helper, name: stop_task }'],
    ['another sub-agent', 'helper, { agent: helper, name: "help er" }, { agent: helper, name: help_er }'],
  ])('refuses a sub-agent whose tool would have the name of %s', (_name, entries) => {
    expect(compile(`sub_agents: [${entries}], ${toolsets}`).errors).toMatchObject([
      { message: expect.stringMatching(/the tool of ".*" would be named (stop_task|help_er)/) },
    ]);
  });
});

describe('limits', () => {
  it('say how many tasks of a tree run at once, and what they may spend', () => {
    const { team, errors } = compile('', 'limits: { max_tree_tasks: 7, budget: { tokens: 5, seconds: 60 } }');
    expect(errors).toEqual([]);
    expect(team?.limits).toMatchObject({
      maxTreeTasks: 7,
      budget: { tokens: 5, seconds: 60, onExhausted: 'ask' },
    });
    expect(compile('').team?.limits.maxTreeTasks).toBe(200);
  });

  it('in US dollars need models whose price is known', () => {
    const limits = (model: string) =>
      compileTeam({
        name: 'team',
        yaml: `agents: { root: { model: ${model}, budget: { cost_usd: 1, on_exhausted: stop } } }`,
        others: null,
      });
    expect(limits('openai/gpt-4o').team?.agents['root']?.budget).toEqual({ costUsd: 1, onExhausted: 'stop' });
    expect(limits('openai/nobody-knows').errors).toMatchObject([
      { message: expect.stringContaining('the price of openai/nobody-knows is not known') },
    ]);
  });

  it('say how often a turn may be handed on', () => {
    expect(compile('', 'limits: { max_handoffs_per_turn: 2 }').team?.limits.maxHandoffsPerTurn).toBe(2);
    expect(compile('').team?.limits.maxHandoffsPerTurn).toBe(5);
  });
});
