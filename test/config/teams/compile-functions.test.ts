import { describe, expect, it } from '@jest/globals';
import { compileTeam } from '../../../config/teams/compile-team.ts';
import { describeTeam } from '../../../config/teams/describe-team.ts';
import type { OtherTeams } from '../../../config/teams/other-teams.ts';
import { toRoster } from '../../../core/roster.ts';

const compile = (functions: string, agentFunctions = '[lookup]') =>
  compileTeam({
    name: 'team',
    yaml: `agents:\n  root: { model: openai/a, functions: ${agentFunctions} }\nfunctions:\n${functions}`,
  });

const problems = (functions: string, agentFunctions?: string): string[] =>
  compile(functions, agentFunctions).errors.map(({ path, message }) => `${path}: ${message}`);

describe('the functions of a team file', () => {
  it('are understood, with defaults for what they leave out', () => {
    const { team, errors, warnings } = compile(
      `  lookup:
    description: Finds a customer
    url: https://crm.example/customers/{{customer_id}}?by=\${env.NAME}
    headers: { Authorization: "Bearer \${secret:CRM_TOKEN}" }
    parameters: { properties: { name: { type: string } }, required: [name] }
  submit: { description: Submits it, url: "\${env.CRM}/submit", background: true, method: PUT, timeout: 2m, error_message: Sorry. }
`,
      '[submit, end_session, lookup]',
    );
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(team?.functions).toEqual({
      lookup: {
        description: 'Finds a customer',
        url: 'https://crm.example/customers/{{customer_id}}?by=${env.NAME}',
        method: 'POST',
        parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        headers: { Authorization: 'Bearer ${secret:CRM_TOKEN}' },
        timeoutMs: 10_000,
        background: false,
        returnMessage: null,
        errorMessage: null,
      },
      submit: {
        description: 'Submits it',
        url: '${env.CRM}/submit',
        method: 'PUT',
        parameters: { type: 'object', properties: {}, additionalProperties: false },
        headers: {},
        timeoutMs: 120_000,
        background: true,
        returnMessage: expect.stringContaining('told what came out'),
        errorMessage: 'Sorry.',
      },
    });
    expect(team?.agents['root']?.functions).toEqual(['submit', 'end_session', 'lookup']);
    expect(team && toRoster(team).agents['root']?.functions).toEqual({
      submit: { key: 'submit', timeoutMs: 120_000, returnMessage: expect.any(String) },
      lookup: { key: 'lookup', timeoutMs: 10_000 },
    });
  });

  it.each([
    ['{ description: x }', '"url" is missing'],
    ['{ url: "ftp://a.example/" }', 'must begin with http:// or https://'],
    ['{ url: "https://{{host}}/x" }', 'must begin with http:// or https:// and a host, without variables'],
    ['{ url: "https://a.example{{host}}/x" }', 'without variables'],
    ['{ url: "${env.BASE}{{host}}/x" }', 'without variables'],
    ['{ url: "{{url}}" }', 'without variables'],
    ['{ url: "https://me:pass@a.example/" }', 'user name or a password'],
    ['{ url: "https://a.example/x/../y" }', '"." or ".."'],
    ['{ url: "https://a.example/{{a b}}" }', 'the template {{a b}} does not parse'],
    ['{ url: "https://a.example/${NAME}" }', '${NAME} is not known; write ${env.NAME} or ${secret:NAME}'],
    ['{ url: "https://a.example/?k=${env.DATABASE_URL}" }', 'DATABASE_URL is a secret of Offstage itself'],
    ['{ url: "https://a.example/", headers: { "X Y": z } }', 'cannot be the name of a header'],
    ['{ url: "https://a.example/", headers: { Webhook-Id: z } }', 'is set by Offstage itself'],
    ['{ url: "https://a.example/", headers: { X: "a\\nb" } }', 'holds a line break'],
    ['{ url: "https://a.example/", parameters: { type: string } }', 'must describe an object'],
    ['{ url: "https://a.example/", parameters: { properties: 7 } }', 'is not a JSON schema'],
    ['{ url: "https://a.example/", timeout: 11m }', 'longer than 10m'],
    ['{ url: "https://a.example/", methd: GET }', 'did you mean "method"?'],
  ])('are refused: %s', (written, why) => {
    expect(problems(`  lookup: ${written}`)).toEqual([expect.stringContaining(why)]);
  });

  it('are warned of where an agent could not choose them, and told with what is not set', () => {
    const compiled = compile('  lookup: { url: "${env.CRM}/x", headers: { A: "${secret:TOKEN}" } }');
    expect(compiled.warnings).toMatchObject([{ path: 'functions.lookup', line: 4 }]);
    const { agents } = describeTeam('team', compiled, (name) => name === 'TOKEN');
    expect(agents[0]?.functions).toEqual(['lookup (POST ${env.CRM}/x, CRM is not set)']);
  });

  it('have names that no tool has', () => {
    const url = '{ url: "https://a.example/" }';
    expect(problems(`  lookup: ${url}\n  think: ${url}\n  end_session: ${url}\n  a b: ${url}`)).toEqual([
      expect.stringMatching(/^functions.think: .* a tool that agents may have/),
      expect.stringMatching(/^functions.end_session: .* built-in/),
      expect.stringMatching(/^functions.a b: .* cannot be the name/),
    ]);
    expect(problems(`  lookup: ${url}`, '[lokup]')).toEqual([
      'agents.root.functions[0]: there is no function "lokup"; did you mean "lookup"?',
    ]);
  });

  it('come along with an agent of another team, under a name of their own where it is taken', () => {
    const other = compileTeam({
      name: 'other',
      yaml: 'agents: { desk: { model: openai/a, functions: [lookup, same, set_variable] } }\nfunctions:\n  lookup: { url: "https://b.example/" }\n  same: { url: "https://s.example/" }',
      others: null,
    }).team;
    if (other === null) throw new Error('the other team has errors');
    const others: OtherTeams = { names: () => ['other'], read: (name) => (name === 'other' ? other : null) };
    const { team } = compileTeam({
      name: 'team',
      yaml: 'agents:\n  root: { model: openai/a, functions: [lookup], sub_agents: [other/desk] }\nfunctions:\n  lookup: { url: "https://a.example/" }\n  same: { url: "https://s.example/" }',
      others,
    });
    expect(team?.agents['other/desk']?.functions).toEqual(['other/lookup', 'same', 'set_variable']);
    expect(team?.functions?.['other/lookup']?.url).toBe('https://b.example/');
    expect(team && toRoster(team).agents['other/desk']?.functions).toMatchObject({
      lookup: { key: 'other/lookup' },
    });
  });
});
