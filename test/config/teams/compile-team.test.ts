import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { compileTeam } from '../../../config/teams/compile-team.ts';
import type { TeamSource } from '../../../config/teams/compile-team.ts';
import type { Finding } from '../../../config/teams/finding.ts';
import { DEFAULT_LIMITS } from '../../../protocol/team.ts';

const compile = (yaml: string, more: Partial<TeamSource> = {}) =>
  compileTeam({ name: 'team', yaml, ...more });
const place = ({ line, column, message }: Finding): string => `${line}:${column} ${message}`;

const NO_WORDS = { name: null, description: null, input: null, holdingMessage: null };

describe('a team file', () => {
  it('with ten mistakes tells all of them at once, each with its line and column', () => {
    const yaml = readFileSync(new URL('../fixtures/ten-mistakes.yaml', import.meta.url), 'utf8');
    const { team, errors } = compile(yaml);
    expect(team).toBeNull();
    expect(errors.map(place)).toEqual([
      '4:5 unknown key "instructions"; did you mean "instruction"?',
      '5:18 there is no agent "reseacher"; did you mean "researcher"?',
      expect.stringMatching(/^7:15 "thnk" is not known here; .* did you mean "think"\?$/),
      '8:21 must be a number, not "many"',
      expect.stringMatching(/^10:12 the model "gpt-4o" is not defined in models: and names no provider/),
      '12:5 the key description is there twice; keep one of the two',
      expect.stringMatching(/^14:15 background_agents needs sub_agents/),
      expect.stringMatching(/^16:12 the provider "opnai" is not known; did you mean "openai"\?/),
      expect.stringMatching(/^17:18 the template \{\{ user name \}\} does not parse/),
      expect.stringMatching(/^19:3 the model has no provider/),
      expect.stringMatching(/^22:18 "soon" is not a time/),
      '23:1 unknown key "modles"; did you mean "models"?',
    ]);
  });

  it('becomes a team with names resolved and defaults filled in', () => {
    const { team, errors, warnings } = compile(`
agents:
  root:
    model: fast
    description: Talks
    instruction: Talk.
    sub_agents: [{ agent: helper, name: aide, holding_message: One moment. }]
    toolsets: [{ type: background_agents }, { type: think }]
    fallback: { models: [anthropic/claude-haiku-5-5], retries: -1, cooldown: 1m30s }
    add_date: true
    welcome_message: Hello
    commands: [{ hi: Say hi }, { bye: { instruction: Say bye } }]
  helper: { model: openai/gpt-5.4, description: Helps, instruction: Help., max_iterations: 7 }
models:
  fast: { provider: openai, model: gpt-5.4-mini, temperature: 0.2, max_tokens: 900, presence_penalty: 1 }
  unused: { provider: mistral, model: m }
limits: { max_depth: 2, max_task_time: 2h, model_idle_timeout: 90, max_concurrent_tasks: 5 }
`);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([]);
    expect(team).toMatchObject({
      name: 'team',
      entry: 'root',
      version: expect.stringMatching(/^[0-9a-f]{32}$/),
      limits: {
        ...DEFAULT_LIMITS,
        maxDepth: 2,
        maxTaskTimeMs: 7_200_000,
        modelIdleTimeoutMs: 90_000,
        maxRunningTasks: 5,
      },
      unavailable: [],
    });
    expect(Object.keys(team?.models ?? {})).toEqual(['fast', 'anthropic/claude-haiku-5-5', 'openai/gpt-5.4']);
    expect(team?.models['fast']).toMatchObject({
      provider: 'openai',
      model: 'gpt-5.4-mini',
      temperature: 0.2,
      maxTokens: 900,
      providerOptions: { presence_penalty: 1 },
    });
    expect(team?.agents['root']).toEqual({
      name: 'root',
      description: 'Talks',
      instruction: 'Talk.',
      model: 'fast',
      subAgents: [{ ...NO_WORDS, agent: 'helper', name: 'aide', holdingMessage: 'One moment.' }],
      handoffs: [],
      toolsets: [{ type: 'background_agents' }, { type: 'think' }],
      maxIterations: 50,
      fallback: { models: ['anthropic/claude-haiku-5-5'], retries: 0, cooldownMs: 90_000 },
      addDate: true,
      addEnvironmentInfo: false,
      welcomeMessage: 'Hello',
      commands: { hi: 'Say hi', bye: 'Say bye' },
    });
    expect(team?.agents['helper']?.maxIterations).toBe(7);
  });

  it('takes its first agent as the entry where none is called root', () => {
    const { team } = compile('agents:\n  desk: { model: openai/a }\n  other: { model: openai/a }\n');
    expect(team?.entry).toBe('desk');
  });

  it.each([
    ['', 'the file is empty; a team begins with "agents:"'],
    ['agents: {}', 'the team has no agents; name at least one under "agents:"'],
    ['models: {}', 'the team has no agents; name at least one under "agents:"'],
    ['- root', 'must be a map (key: value), not a list'],
    ['agents: [root]', 'must be a map (name: definition), not a list'],
    ['agents:\n  root:', 'the agent "root" is empty; give it at least a model and an instruction'],
    ['agents:\n\troot: 1', 'a tab is used to indent; use spaces'],
    ['agents: *nobody', expect.stringContaining('cannot be read as YAML: Unresolved alias')],
    ['agents: {root: {model: openai/a, instruction: "x}}', expect.stringContaining('not valid YAML')],
    [`x: ${'y'.repeat(256 * 1024)}`, 'the file is larger than 256 KiB; split the team into several'],
    [
      'agents: &a {root: *a}',
      expect.stringContaining('cannot be read as YAML: Converting circular structure'),
    ],
    ['agents: {root: {model: openai/a, ? [x] : y}}', 'a key is a list or a map; a key can only be text'],
    [`agents: ${'['.repeat(50_000)}`, expect.stringContaining('not valid YAML')],
    [
      `agents: {${Array.from({ length: 201 }, (_, index) => `a${index}: {}`).join(', ')}}`,
      'the team has 201 agents; at most 200 are allowed',
    ],
    ['agents: {a/b: {model: openai/a}}', expect.stringContaining('"a/b" cannot be the name of an agent')],
    ['agents: {__proto__: {model: openai/a}}', expect.stringContaining('cannot be the name of an agent')],
  ])('is refused with words where it is %.60s', (yaml, message) => {
    const { team, errors } = compile(yaml);
    expect(team).toBeNull();
    expect(errors.map((error) => error.message)).toContainEqual(message);
  });

  it('of nothing but mistakes tells the first two hundred, and how many are left', () => {
    const { errors } = compile(Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'));
    expect(errors).toHaveLength(201);
    expect(errors.at(-1)).toMatchObject({ line: 200, message: expect.stringMatching(/^and \d+ more/) });
  });

  it('may share parts by anchors and merge keys', () => {
    const { team, errors } = compile(`
agents:
  root: &base { model: openai/m, instruction: Hi, sub_agents: [other] }
  other: { <<: *base, description: Other, sub_agents: [] }
`);
    expect(errors).toEqual([]);
    expect(team?.agents['other']).toMatchObject({ instruction: 'Hi', description: 'Other', subAgents: [] });
  });

  it('does not take a name of every object for an agent', () => {
    const { errors } = compile('agents: {root: {model: openai/a, sub_agents: [constructor]}}');
    expect(errors.map((error) => error.message)).toEqual([
      'there is no agent "constructor"; agents here are root',
    ]);
  });

  it('may be written as JSON', () => {
    const { team } = compile(JSON.stringify({ agents: { root: { model: 'openai/a', instruction: 'Hi' } } }));
    expect(team?.agents['root']?.instruction).toBe('Hi');
  });

  it('takes a key without a value for one that is not there', () => {
    const { team, errors } = compile(
      'agents:\n  root:\n    model: openai/a\n    toolsets:\n    description:\n',
    );
    expect(errors).toEqual([]);
    expect(team?.agents['root']).toMatchObject({ toolsets: [], description: '' });
  });

  it('is warned of a ring of agents, unless its limits allow it', () => {
    const yaml = `
agents:
  a: { model: openai/m, description: A, sub_agents: [b] }
  b: { model: openai/m, description: B, sub_agents: [a] }
`;
    expect(compile(yaml).warnings.map(place)).toEqual([expect.stringMatching(/^4:\d+ a → b → a is a ring/)]);
    expect(compile(`${yaml}limits: { allow_cycles: true }`).warnings).toEqual([]);
  });

  it('finds mistakes deep inside an entry of a list', () => {
    const { errors } = compile(`
agents:
  root:
    model: openai/m
    sub_agents:
      - agent: helper
        holding_mesage: Wait
      - 7
  helper: { model: openai/m, description: Helps, fallback: { retries: -5, models: [fst] } }
`);
    expect(errors.map(place)).toEqual([
      '7:9 unknown key "holding_mesage"; did you mean "holding_message"?',
      expect.stringMatching(/^8:9 must be the name of an agent, or \{agent/),
      expect.stringMatching(/^9:\d+ must be at least -1, not -5/),
    ]);
  });
});

describe('what a file asks for and is not there', () => {
  const { team, errors, warnings } = compile(`
agents:
  root:
    model: openai/m
    sub_agents: [catalog/pirate, helper]
    handoffs: [helper]
    toolsets:
      - { type: mcp, ref: "docker:duckduckgo" }
      - { type: background_agents }
      - { type: todo, shared: true }
  helper: { model: openai/m, description: Helps }
`);

  it('leaves the rest running', () => {
    expect(errors).toEqual([]);
    expect(team?.agents['root']?.toolsets).toEqual([{ type: 'background_agents' }, { type: 'todo' }]);
    expect(team?.agents['root']?.subAgents.map((entry) => entry.agent)).toEqual(['helper']);
  });

  it('is warned of with line and column, each thing once', () => {
    expect(warnings.map((warning) => `${warning.line} ${warning.path}`)).toEqual([
      '5 agents.root.sub_agents[0]',
      '8 agents.root.toolsets[0].type',
      '10 agents.root.toolsets[2].shared',
    ]);
  });

  it('is in the team, for the answer to the model', () => {
    expect(team?.unavailable.map((tool) => `${tool.agent}: ${tool.toolset}`)).toEqual([
      'root: sub_agents catalog/pirate',
      'root: mcp docker:duckduckgo',
    ]);
  });
});

describe('the version of a team', () => {
  const versionOf = (yaml: string, name = 'team'): string | undefined =>
    compile(yaml, { name }).team?.version;
  const yaml = 'agents:\n  root: { model: openai/m, instruction: Hi, description: D }\n';

  it('does not change with the order of keys, comments or quotes', () => {
    const other = '# a comment\nagents:\n  root: { description: "D", instruction: Hi, model: openai/m }\n';
    expect(versionOf(other)).toBe(versionOf(yaml));
  });

  it('changes with the content and with the name', () => {
    expect(versionOf(yaml.replace('Hi', 'Ho'))).not.toBe(versionOf(yaml));
    expect(versionOf(yaml, 'other')).not.toBe(versionOf(yaml));
  });

  it.each([
    ['what comes before a session', 'session: { pre: [{ background_agent: root }] }'],
    ['the analysis after it', 'session: { analysis: { model: openai/m, parameters: { type: object } } }'],
    ['its end by time', 'session: { idle_timeout: 5s }'],
    ['what happens to tasks at its close', 'session: { on_close: wrap_up }'],
    ['the limits', 'limits: { max_running_tasks: 3 }'],
  ])('changes with %s', (_what, more) => {
    const changed = versionOf(`${yaml}${more}\n`);
    expect(changed).toMatch(/^[0-9a-f]{32}$/);
    expect(changed).not.toBe(versionOf(yaml));
  });
});
