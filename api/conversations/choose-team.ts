/** The team that a session is opened with: one of the folder by its name, or one that came along. */
import { nearestName } from '../../config/nearest-name.ts';
import type { Finding } from '../../config/teams/finding.ts';
import { listSecrets } from '../../core/function-address.ts';
import type { OpenSessionBody } from '../../protocol/schemas/requests.ts';
import type { Team } from '../../protocol/team.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../http/problem.ts';

const NAME = /^[\w.-]{1,64}$/;
/** What a team is called that comes with a request. */
const INLINE_NAME = 'inline';

type TeamDependencies = Pick<ApiDependencies, 'teams' | 'compileTeam'>;

/** Throws the problems `unknown-team` and `invalid-team`. */
export function chooseTeam(
  { teams, compileTeam }: TeamDependencies,
  workspace: string,
  body: OpenSessionBody,
): Team {
  if (typeof body.team === 'string' && NAME.test(body.team)) return findTeam({ teams }, workspace, body.team);
  const yaml = typeof body.team === 'string' ? body.team : JSON.stringify(body.team);
  const { team, errors } = compileTeam({ workspace, name: INLINE_NAME, yaml });
  if (team === null) throw invalidTeam('The team that came along', errors, 'team');
  refuseOwnAddresses(team);
  refuseSecrets(team);
  return team;
}

/** Who sends a request could have this server's keys sent to an address of theirs. */
function refuseOwnAddresses({ models }: Team): void {
  const own = Object.values(models).find(({ baseUrl, tokenKey }) => baseUrl !== null || tokenKey !== null);
  if (own === undefined) return;
  const message =
    'a team that comes along may not say where a model is called or with which key; ' +
    'what has base_url, token_key or providers belongs into the folder of teams';
  throw new Problem('invalid-team', message, { errors: [{ path: 'team.models', message }] });
}

/** For the same reason. */
function refuseSecrets({ functions = {} }: Team): void {
  const own = Object.entries(functions).find(([, { url, headers }]) =>
    [url, ...Object.values(headers)].some((text) => listSecrets(text).length > 0),
  );
  if (own === undefined) return;
  const message =
    'a team that comes along may not use ${env.NAME} and ${secret:NAME}; ' +
    'a function that needs secrets belongs into the folder of teams';
  throw new Problem('invalid-team', message, { errors: [{ path: `team.functions.${own[0]}`, message }] });
}

function findTeam({ teams }: Pick<TeamDependencies, 'teams'>, workspace: string, name: string): Team {
  const loaded = teams.get(workspace, name);
  if (loaded === null) {
    const known = teams.list(workspace).map((team) => team.name);
    const nearest = nearestName(name, known);
    const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`;
    const list =
      known.length === 0 ? 'there are none in the folder of teams' : `known are ${known.join(', ')}`;
    const message = `team not found: ${name}${hint}; ${list}`;
    throw new Problem('unknown-team', message, { errors: [{ path: 'team', message }] });
  }
  if (loaded.team === null) throw invalidTeam(`The file of team ${name}`, loaded.errors, '');
  return loaded.team;
}

export function chooseAgent(team: Team, agent: string | undefined): string {
  if (agent === undefined) return team.entry;
  if (Object.hasOwn(team.agents, agent)) return agent;
  const known = Object.keys(team.agents);
  const nearest = nearestName(agent, known);
  const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`;
  const message = `agent not found: ${agent}${hint}; the team ${team.name} has ${known.join(', ')}`;
  throw new Problem('unknown-agent', message, { errors: [{ path: 'agent', message }] });
}

function invalidTeam(what: string, findings: readonly Finding[], prefix: string): Problem {
  const errors = findings.map(({ path, message, line, column }) => ({
    path: [prefix, path].filter((part) => part !== '').join('.'),
    message: `line ${line}, column ${column}: ${message}`,
  }));
  const [first] = errors;
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  return new Problem('invalid-team', `${what} has ${count}: ${first?.path ?? ''} ${first?.message ?? ''}`, {
    errors,
  });
}
