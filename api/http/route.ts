/** A route is one thing: what it takes, what it answers, how it is described, and what it does. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Principal } from '../principal.ts';
import type { ProblemName } from './problem.ts';
import type { Services } from '../services.ts';

export type Method = 'get' | 'post' | 'delete';

export interface Success {
  status: number;
  description: string;
  /** Of a JSON body; none where there is no body or it is of another type. */
  schema?: z.ZodType;
  /** Beside or instead of JSON, such as `text/event-stream`. */
  mediaType?: string;
  example?: unknown;
}

/** A request as a handler gets it: everything that the route declares has been checked. */
export interface Incoming<Body, Query> {
  /** Who asks. */
  principal: Principal;
  /** What `{name}` in the path stands for. */
  parameters: Record<string, string>;
  query: Query;
  body: Body;
  /** The path with its ids, without the query string. */
  path: string;
  request: Request;
  response: Response;
}

/** What is sent as JSON; undefined when the handler has answered itself. */
export type Outgoing = { status: number; body?: unknown; headers?: Record<string, string> } | undefined;

export interface Route {
  method: Method;
  /** In the form of OpenAPI: `/v1/sessions/{session}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  /** A JSON body. It may be left out where an empty object fits. */
  body?: z.ZodType;
  /** Read by the handler itself, since it is not JSON only. */
  otherBody?: { mediaType: string; schema: z.ZodType }[];
  headers?: HeaderParameter[];
  successes: Success[];
  /** It asks for no access key, and serves nothing that belongs to anybody. */
  isOpen?: true;
  /** Beside those that every route has. */
  problems: ProblemName[];
  handle(services: Services, incoming: Incoming<unknown, unknown>): Promise<Outgoing>;
}

export interface HeaderParameter {
  name: string;
  description: string;
  example?: string;
}

type Definition<Body extends z.ZodType, Query extends z.ZodObject> = Omit<
  Route,
  'body' | 'query' | 'handle'
> & {
  body?: Body;
  query?: Query;
  handle(services: Services, incoming: Incoming<z.infer<Body>, z.infer<Query>>): Promise<Outgoing>;
};

/** Ties the types of a handler to the schemas of its route. */
export function defineRoute<
  Body extends z.ZodType = z.ZodNever,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
>(definition: Definition<Body, Query>): Route {
  return definition as unknown as Route;
}

export const IDEMPOTENCY_KEY: HeaderParameter = {
  name: 'Idempotency-Key',
  description:
    'Any 1 to 200 printable characters. The same key with the same body gets the same answer and has one effect.',
  example: '5f2c6b0e-order-17',
};

export function requireParameter(parameters: Record<string, string>, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}`);
  return value;
}
