import { describe, expect, it } from '@jest/globals';
import { compileTeam } from '../../../config/teams/compile-team.ts';
import type { OtherTeams } from '../../../config/teams/other-teams.ts';

const AGENTS = `
agents:
  root: { model: openai/gpt-5.4, instruction: Talk. }
  finder:
    model: openai/gpt-5.4
    instruction: Find.
    structured_output: { name: found, schema: { type: object, properties: { plan: { type: string } } } }
functions:
  look_up: { url: "https://example.com/look-up", description: looks up, timeout: 7s }
`;

const compile = (session: string, others?: OtherTeams) =>
  compileTeam({ name: 'clinic', yaml: `${AGENTS}session:${session}`, ...(others ? { others } : {}) });
const errorsOf = (session: string): string[] =>
  compile(session).errors.map(({ path, message }) => `${path}: ${message}`);

describe('the session of a team file', () => {
  it('is understood, with defaults for what it leaves out', () => {
    const { team, errors, warnings } = compile(`
  pre:
    - function: look_up
    - { background_agent: finder, input: { who: "{{user.id}}" }, output: variables, timeout: 30s, on_error: continue, parallel: true }
  post:
    - background_agent: finder
    - { function: look_up, timeout: 1m }
  analysis: { model: openai/gpt-5.4, parameters: { type: object, properties: { mood: { type: string } } } }
  max_duration: 2h
`);
    expect([errors, warnings]).toEqual([[], []]);
    const none = { input: null, output: 'text', onError: 'abort', parallel: false };
    expect(team?.session).toEqual({
      pre: [
        { kind: 'function', name: 'look_up', timeoutMs: 7_000, ...none },
        {
          kind: 'background_agent',
          name: 'finder',
          input: { who: '{{user.id}}' },
          output: 'variables',
          timeoutMs: 30_000,
          onError: 'continue',
          parallel: true,
        },
      ],
      post: [
        { kind: 'background_agent', name: 'finder', timeoutMs: 3_600_000, ...none },
        { kind: 'function', name: 'look_up', timeoutMs: 60_000, ...none },
      ],
      analysis: {
        model: 'openai/gpt-5.4',
        instruction: '',
        parameters: { type: 'object', properties: { mood: { type: 'string' } } },
      },
      idleTimeoutMs: 24 * 3_600_000,
      maxDurationMs: 7_200_000,
    });
    expect(team?.agents['finder']?.structuredOutput).toMatchObject({ name: 'found', strict: false });
  });

  it('may never close by itself', () => {
    expect(compile(' { idle_timeout: never }').team?.session).toMatchObject({ idleTimeoutMs: null });
  });

  it.each([
    [' { pre: [{ background_agent: fnder }] }', 'there is no agent "fnder"; did you mean "finder"?'],
    [
      ' { pre: [{ background_agent: other/finder }] }',
      'there is no agent "other/finder", and a hook cannot be left out',
    ],
    [' { post: [{ function: look_upp }] }', 'there is no function "look_upp"; did you mean "look_up"?'],
    [
      ' { post: [{ function: end_session }] }',
      'end_session is for agents in a conversation; it cannot be a hook',
    ],
    [' { pre: [{}] }', 'must name either a background_agent or a function'],
    [' { pre: [{ function: look_up, background_agent: finder }] }', 'must name either'],
    [
      ' { pre: [{ background_agent: root, output: variables }] }',
      'needs structured_output with a schema of type object',
    ],
    [' { pre: [{ background_agent: finder, input: { a: "{{b c}}" } }] }', 'does not parse'],
    [' { pre: [{ background_agent: finder, timeout: soon }] }', 'is not a time'],
    [' { pre: [{ background_agent: finder, retry: 3 }] }', 'retry'],
    [' { analysis: { model: openai/gpt-5.4 } }', 'needs parameters'],
    [' { analysis: { model: openai/gpt-5.4, parameters: { type: objct } } }', 'is not a JSON Schema'],
    [' { idle_timeout: soon }', 'is not a time'],
  ])('is refused: %s', (session, words) => {
    const errors = errorsOf(session);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(words);
    expect(errors[0]).toMatch(/^session/);
  });

  it('is told what has no effect', () => {
    const { warnings } = compile(`
  pre: [{ function: look_up, input: { a: 1 } }]
  post: [{ background_agent: finder, output: variables, on_error: continue }]
`);
    expect(warnings.map(({ path }) => path)).toEqual([
      'session.pre[0].input',
      'session.post[0].output',
      'session.post[0].on_error',
    ]);
  });

  it('may name agents of other teams, which come along', () => {
    const others: OtherTeams = {
      names: () => ['back'],
      read: (name) =>
        name === 'back' ? (compileTeam({ name, yaml: AGENTS, others: null }).team ?? 'errors') : null,
    };
    const { team, errors } = compile(' { post: [{ background_agent: back/finder }] }', others);
    expect(errors).toEqual([]);
    expect(team?.session?.post).toMatchObject([{ name: 'back/finder' }]);
    expect(Object.keys(team?.agents ?? {})).toContain('back/finder');
  });
});
