import express from 'express';
import type { LoadedTeam } from '../../config/teams/team-folder.ts';
import type { Team } from '../../protocol/team.ts';
import { pageOf } from '../../protocol/schemas/page.ts';
import { validateTeamSchema } from '../../protocol/schemas/requests.ts';
import { listedTeamSchema, teamSchema, teamValidationSchema } from '../../protocol/schemas/teams.ts';
import type { ListedTeamResource, TeamResource } from '../../protocol/schemas/teams.ts';
import { answerOnce } from '../http/idempotency.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readRawBody } from '../http/read-raw-body.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Incoming, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';

const tag = 'Teams';
const TEAM_BYTES = 1024 * 1024;
const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];
const readYaml = express.text({ limit: TEAM_BYTES, type: YAML_TYPES });
const readJson = express.json({ limit: TEAM_BYTES, strict: false });

const list = defineRoute({
  method: 'get',
  path: '/v1/teams',
  tag,
  summary: 'List the teams that sessions can be opened with',
  successes: [{ status: 200, description: 'All teams', schema: pageOf(listedTeamSchema) }],
  problems: [],
  handle: ({ teams }, { principal }) => {
    const data = teams.list(principal.workspace).map(renderListedTeam);
    return Promise.resolve({ status: 200, body: { data, nextCursor: null } });
  },
});

const read = defineRoute({
  method: 'get',
  path: '/v1/teams/{name}',
  tag,
  summary: 'Read a team',
  successes: [{ status: 200, description: 'The team', schema: teamSchema }],
  problems: ['not-found'],
  handle: ({ teams }, { principal, parameters }) => {
    const name = requireParameter(parameters, 'name');
    const loaded = teams.get(principal.workspace, name);
    if (loaded === null) throw notFound('team', name);
    return Promise.resolve({ status: 200, body: renderTeam(loaded) });
  },
});

const check = defineRoute({
  method: 'post',
  path: '/v1/teams/validate',
  tag,
  summary: 'Check a team file',
  description: 'Nothing is kept. All mistakes are told at once, with their places.',
  headers: [IDEMPOTENCY_KEY],
  otherBody: [
    { mediaType: 'application/yaml', schema: validateTeamSchema.shape.yaml },
    { mediaType: 'application/json', schema: validateTeamSchema },
  ],
  successes: [{ status: 200, description: 'What was found', schema: teamValidationSchema }],
  problems: ['idempotency-key-reused'],
  async handle(services, incoming) {
    const { principal, path, request } = incoming;
    const { workspace } = principal;
    const yaml = await readTeamText(incoming);
    return answerOnce(services, { principal, request, route: path, body: { yaml } }, () => {
      const { team, errors, warnings } = services.compileTeam({ workspace, name: 'team', yaml });
      return Promise.resolve({ status: 200, body: { valid: team !== null, errors, warnings } });
    });
  },
});

export const teamRoutes: Route[] = [list, check, read];

async function readTeamText({ request, response }: Incoming<unknown, unknown>): Promise<string> {
  if (request.is(YAML_TYPES)) {
    await readRawBody(readYaml, request, response);
    return (request.body as string | undefined) ?? '';
  }
  if (!request.is('application/json')) {
    throw new Problem(
      'unsupported-media-type',
      'Send the team as application/yaml, or as JSON: {"yaml": "…"}',
    );
  }
  await readRawBody(readJson, request, response);
  return validate(validateTeamSchema, request.body).yaml;
}

function renderListedTeam({ name, team, errors, warnings }: LoadedTeam): ListedTeamResource {
  return {
    name,
    version: team?.version ?? null,
    entry: team?.entry ?? null,
    agents: Object.keys(team?.agents ?? {}),
    errors,
    warnings,
  };
}

function renderTeam(loaded: LoadedTeam): TeamResource {
  const { team } = loaded;
  return {
    ...renderListedTeam(loaded),
    hooks: team === null ? [] : renderHooks(team),
    agents: Object.values(team?.agents ?? {}).map((agent) => ({
      name: agent.name,
      description: agent.description,
      model: agent.model,
      subAgents: agent.subAgents.map((subAgent) => subAgent.agent),
      handoffs: agent.handoffs.map((handoff) => handoff.agent),
      toolsets: agent.toolsets.map((toolset) => toolset.type),
      functions: agent.functions ?? [],
      welcomeMessage: agent.welcomeMessage,
    })),
    unavailable: team?.unavailable ?? [],
  };
}

/** In the order in which they run. */
function renderHooks({ session }: Team): TeamResource['hooks'] {
  if (session === undefined) return [];
  const ofPhase = (phase: 'pre' | 'post'): TeamResource['hooks'] =>
    session[phase].map(({ kind, name }) => ({ phase, kind, name }));
  const analysis = { phase: 'post' as const, kind: 'analysis' as const, name: 'analysis' };
  return [...ofPhase('pre'), ...(session.analysis === null ? [] : [analysis]), ...ofPhase('post')];
}
