/** The last word on every error: whatever was thrown leaves as problem+json, and nothing of the inside with it. */
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { MulterError } from 'multer';
import { StoreAway } from '../../storage/store-away.ts';
import { StoreError } from '../../storage/store-error.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { describeRequest } from './observe-requests.ts';
import { Problem } from './problem.ts';

export function createProblemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error);
    nameReason(response, problem);
    if (problem.problem === 'internal') {
      logger.error({ err: error, ...describeRequest(request.method, response) }, 'a request failed');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem, request.originalUrl);
  };
}

/** Who is away is told to the client, and why to the log alone. */
function nameReason(response: Response, { cause }: Problem): void {
  if (cause instanceof TemporalAway) response.locals['reason'] = cause.reason;
  if (cause instanceof StoreAway) response.locals['reason'] = cause.message;
}

function sendProblem(response: Response, problem: Problem, instance: string): void {
  response.status(problem.status);
  for (const [name, value] of Object.entries(problem.extras.headers ?? {})) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.send(JSON.stringify(problem.toJSON(instance.split('?')[0] ?? instance)));
}

export const refuseUnknownRoute: RequestHandler = (request) => {
  throw new Problem(
    'not-found',
    `There is no ${request.method} ${request.path}; the routes are listed at /docs`,
  );
};

export function refuseOtherMethods(...allowed: string[]): RequestHandler {
  return (request) => {
    throw new Problem(
      'method-not-allowed',
      `${request.method} is not allowed on ${request.path}; allowed: ${allowed.join(', ')}`,
      { headers: { Allow: allowed.join(', ') } },
    );
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TemporalAway) {
    return new Problem('unavailable', error.message, { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (error instanceof StoreAway) {
    return new Problem('unavailable', 'The store does not answer. Try again soon', {
      headers: { 'Retry-After': '5' },
      cause: error,
    });
  }
  if (error instanceof StoreError && error.type === 'cursor.invalid') {
    return new Problem('invalid-request', error.message, {
      errors: [{ path: 'cursor', message: error.message }],
    });
  }
  if (error instanceof MulterError) return fromUpload(error);
  if (error instanceof URIError)
    return new Problem('malformed-request', 'The path has a wrong percent-encoding');
  return (
    fromBodyParser(error) ?? new Problem('internal', 'The request could not be served; the log says why')
  );
}

/** Errors of Express's body parsers carry a `type` and a status; a type alone is somebody else's. */
function fromBodyParser(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { type, status, limit } = error as Error & { type?: string; status?: number; limit?: number };
  if (status === undefined) return null;
  switch (type) {
    case 'entity.parse.failed':
      return new Problem('malformed-json', `The body is not valid JSON: ${error.message}`);
    case 'entity.too.large':
      return new Problem(
        'body-too-large',
        `The body may have at most ${limit ?? 0} bytes; upload large content with POST /v1/files and refer to it by its id`,
      );
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem('unsupported-media-type', 'The body must be UTF-8, plain or compressed with gzip');
    case undefined:
      break;
    default:
      return new Problem('malformed-request', 'The body cannot be read');
  }
  return status === 400 ? new Problem('malformed-request', 'The request cannot be read') : null;
}

function fromUpload(error: MulterError): Problem {
  if (error.code === 'LIMIT_FILE_SIZE') {
    return new Problem('file-too-large', 'The file is too large; the limit is 10 MiB');
  }
  return new Problem('invalid-request', 'Send one file as multipart/form-data in the field named file', {
    errors: [{ path: error.field ?? 'file', message: error.message }],
  });
}
