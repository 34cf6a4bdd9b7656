/** The OpenAPI 3.1 document, from the routes and the schemas that validate. */
import { OpenApiGeneratorV31, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { problemSchema } from '../../protocol/schemas/resources.ts';
import { ALL_ROUTES } from '../all-routes.ts';
import { PROBLEMS, Problem } from '../http/problem.ts';
import type { ProblemName } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

type PathConfig = Parameters<OpenAPIRegistry['registerPath']>[0];
type Responses = PathConfig['responses'];

/** What any route may answer. */
const ALWAYS: ProblemName[] = ['foreign-host', 'foreign-origin', 'internal', 'unavailable'];
/** The name of the security scheme. */
const ACCESS_KEY = 'accessKey';
const WITH_BODY: ProblemName[] = [
  'malformed-json',
  'malformed-request',
  'invalid-request',
  'body-too-large',
  'unsupported-media-type',
];

const DESCRIPTION = `Durable background agents for conversations.

Errors are \`application/problem+json\` (RFC 9457) with a stable \`type\`. Times are ISO 8601 in UTC, durations are
milliseconds. What is unknown is \`null\`. A list answers \`{data, nextCursor}\`.

A server with access keys (it was started with \`OFFSTAGE_KEYS\`) wants one in every request. Sessions, and what belongs
to them, are seen by the principal who opened them and by admins of their workspace; for anybody else they do not exist.`;

export function createOpenApiDocument(): object {
  const registry = new OpenAPIRegistry();
  for (const route of ALL_ROUTES) registry.registerPath(toPathConfig(route));
  registry.registerComponent('securitySchemes', ACCESS_KEY, {
    type: 'http',
    scheme: 'bearer',
    description: 'An access key, made with "offstage keys create". Servers without keys ask for none.',
  });
  return new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' }).generateDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Offstage', version: '1', description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      servers: [{ url: '/' }],
      tags: [...new Set(ALL_ROUTES.map((route) => route.tag))].map((name) => ({ name })),
    },
  );
}

/** The document as it is kept in the repository. */
export function renderOpenApiDocument(): string {
  return `${JSON.stringify(createOpenApiDocument(), null, 2)}\n`;
}

function toPathConfig(route: Route): PathConfig {
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const headers = (route.headers ?? []).map((header) => [
    header.name,
    z.string().optional().meta({ description: header.description, example: header.example }),
  ]);
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    operationId: toOperationId(route),
    security: route.isOpen === true ? [] : [{ [ACCESS_KEY]: [] }],
    ...(route.description === undefined ? {} : { description: route.description }),
    request: {
      ...(parameters.length === 0
        ? {}
        : { params: z.object(Object.fromEntries(parameters.map((name) => [name, z.string()]))) }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(headers.length === 0 ? {} : { headers: z.object(Object.fromEntries(headers)) }),
      ...toRequestBody(route),
    },
    responses: toResponses(route),
  };
}

function toRequestBody(route: Route): object {
  const bodies = [
    ...(route.body === undefined ? [] : [{ mediaType: 'application/json', schema: route.body }]),
    ...(route.otherBody ?? []),
  ];
  if (bodies.length === 0) return {};
  const content = Object.fromEntries(bodies.map(({ mediaType, schema }) => [mediaType, { schema }]));
  const required = route.body === undefined || !route.body.safeParse({}).success;
  return { body: { content, required } };
}

function toResponses(route: Route): Responses {
  const responses: Record<string, { description: string; content?: Record<string, object> }> = {};
  for (const success of route.successes) {
    const known = responses[success.status] ?? { description: success.description };
    const mediaType = success.mediaType ?? (success.schema === undefined ? null : 'application/json');
    responses[success.status] = known;
    if (mediaType === null) continue;
    const { schema = z.string(), example } = success;
    known.content = {
      ...known.content,
      [mediaType]: { schema, ...(example === undefined ? {} : { example }) },
    };
  }
  for (const [status, names] of groupByStatus(listProblems(route))) {
    const problem = {
      description: names.map((name) => PROBLEMS[name].title).join('; '),
      content: {
        'application/problem+json': {
          schema: problemSchema,
          examples: Object.fromEntries(names.map((name) => [name, { value: toExample(name, route) }])),
        },
      },
    };
    const known = responses[status];
    responses[status] =
      known === undefined ? problem : { ...known, content: { ...known.content, ...problem.content } };
  }
  return responses as Responses;
}

function listProblems(route: Route): ProblemName[] {
  const hasBody = route.body !== undefined || route.otherBody !== undefined;
  const ofInput: ProblemName[] = hasBody ? WITH_BODY : route.query === undefined ? [] : ['invalid-request'];
  const ofKey: ProblemName[] = route.isOpen === true ? [] : ['unauthenticated'];
  return [...new Set([...ofInput, ...ofKey, ...route.problems, ...ALWAYS])];
}

function groupByStatus(names: readonly ProblemName[]): Map<number, ProblemName[]> {
  const groups = new Map<number, ProblemName[]>();
  for (const name of names) {
    const { status } = PROBLEMS[name];
    groups.set(status, [...(groups.get(status) ?? []), name]);
  }
  return groups;
}

function toExample(name: ProblemName, route: Route): Record<string, unknown> {
  return new Problem(name, `${PROBLEMS[name].title}.`).toJSON(route.path);
}

/** Such as `postSessionsMessages`. */
function toOperationId(route: Route): string {
  const words = route.path
    .replace(/^\/v1/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part))
    .flatMap((part) => part.split('-'))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return route.method + words.join('');
}
