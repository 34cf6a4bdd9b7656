import { APIError as AnthropicError } from '@anthropic-ai/sdk';
import { ApplicationFailure } from '@temporalio/common';
import { APIError as OpenAiError } from 'openai';
import type { ModelFailure } from '../../protocol/failures.ts';
import { isObject } from './parse-json.ts';
import type { ProviderRequest } from './provider.ts';
import { quoteProvider } from './quote-provider.ts';
import { readRetryAfter } from './retry-after.ts';
import { IdleTimeout, MalformedReply, StreamedError, UnsupportedContent } from './stream-failures.ts';

/** What a failure may name of the call, and what its message must not repeat. */
export interface FailedCall {
  /** Such as `openai/gpt-4o`. */
  name: string;
  baseUrl: string;
  key: string | null;
  keyVariable: string | null;
  request: ProviderRequest;
}

const MAX_MESSAGE = 500;

/** Errors that a provider names in a stream, where there is no status. */
const STATUS_OF_TYPE: Record<string, number> = {
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  overloaded_error: 529,
  api_error: 500,
  server_error: 500,
  timeout_error: 504,
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
};

/**
 * A failure with a stable type, a message that a user and an operator understand, and the delay that the provider asked
 * for. Errors that are no failure of a call (an abort's reason, a bug) come back as they are.
 */
export function classifyError(error: unknown, call: FailedCall): unknown {
  if (error instanceof UnsupportedContent) return createFailure('model.unsupported_content', error.message);
  if (error instanceof MalformedReply) {
    return createFailure('model.malformed', `The answer of ${call.name} cannot be used: ${error.message}`);
  }
  if (error instanceof IdleTimeout) {
    const seconds = Math.round(error.idleTimeoutMs / 100) / 10;
    const message = `${call.name} sent nothing for ${seconds} s`;
    return createFailure('model.connection', message, { silentMs: error.idleTimeoutMs });
  }
  if (error instanceof StreamedError) return classifyAnswer(undefined, error.error, undefined, call);
  if (error instanceof OpenAiError || error instanceof AnthropicError) {
    if (error.status !== undefined) return classifyAnswer(error.status, error.error, error.headers, call);
    return classifyConnection(error, call);
  }
  return isConnectionError(error) ? classifyConnection(error, call) : error;
}

interface FailureExtras {
  /** Milliseconds that the provider asks to wait. */
  nextRetryDelay?: number | undefined;
  /** How long the provider was silent, where that is the failure. */
  silentMs?: number;
}

export function createFailure(
  type: ModelFailure,
  message: string,
  extras: FailureExtras = {},
): ApplicationFailure {
  const { nextRetryDelay, silentMs } = extras;
  return ApplicationFailure.create({
    type,
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
    nonRetryable: !RETRYABLE.has(type),
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
    ...(silentMs === undefined ? {} : { details: [{ silentMs }] }),
  });
}

const RETRYABLE: ReadonlySet<ModelFailure> = new Set<ModelFailure>([
  'model.rate_limited',
  'model.unavailable',
  'model.connection',
  'model.malformed',
]);

function classifyAnswer(
  status: number | undefined,
  body: unknown,
  headers: Headers | undefined,
  call: FailedCall,
): ApplicationFailure {
  // Anthropic's body has the error within it, OpenAI's SDK has taken it out.
  const outer = isObject(body) ? body : {};
  const detail = isObject(outer.error) ? outer.error : outer;
  const known = status ?? statusOf(detail);
  const type = typeOf(known, detail);
  const quote = quoteProvider(detail.message, call.key, call.request);
  const where = status === undefined ? ' in the middle of its answer' : '';
  const message = `${describe(type, known, call)}${where}${quote === '' ? '' : `: ${quote}`}`;
  const nextRetryDelay = RETRYABLE.has(type) ? readRetryAfter(headers, Date.now()) : undefined;
  return createFailure(type, message, { nextRetryDelay });
}

/** An error of a stream that says nothing we know is the server's. */
function statusOf(detail: Record<string, unknown>): number {
  const { code, status, type } = detail;
  for (const value of [code, status]) {
    if (typeof value === 'number' && value >= 400 && value < 600) return value;
  }
  for (const value of [code, type]) {
    if (typeof value === 'string' && Object.hasOwn(STATUS_OF_TYPE, value))
      return STATUS_OF_TYPE[value] ?? 500;
  }
  return 500;
}

function typeOf(status: number, detail: Record<string, unknown>): ModelFailure {
  // An account without credit is answered with 429 too, and no waiting mends it.
  if (status === 429) return detail.code === 'insufficient_quota' ? 'model.denied' : 'model.rate_limited';
  if (status === 401 || status === 402 || status === 403) return 'model.denied';
  if (status === 404) return 'model.not_found';
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'model.unavailable';
  return 'model.bad_request';
}

function describe(type: ModelFailure, status: number, call: FailedCall): string {
  const { name } = call;
  if (type === 'model.rate_limited') return `${name} is over its rate limit (${status})`;
  if (type === 'model.unavailable') {
    return `${name} is ${status === 529 ? 'overloaded' : 'not available at the moment'} (${status})`;
  }
  if (type === 'model.not_found') {
    return `${name} was not found at ${origin(call.baseUrl)} (${status}); check the model's name and base_url`;
  }
  if (type === 'model.denied') {
    const key =
      call.keyVariable === null ? 'whether it needs a key (token_key)' : `the key in ${call.keyVariable}`;
    return status === 401 || status === 403
      ? `${name} denied access (${status}); check ${key}`
      : `${name} was refused because of the account's credit (${status}); check its billing`;
  }
  return `${name} refused the request (${status})`;
}

function classifyConnection(error: unknown, call: FailedCall): ApplicationFailure {
  const code = codeOf(error);
  const detail = code === null ? '' : ` (${code})`;
  return createFailure(
    'model.connection',
    `The connection to ${call.name} at ${origin(call.baseUrl)} failed${detail}`,
  );
}

/** What the connection itself threw, such as undici's `terminated` when a socket closes within a stream. */
function isConnectionError(error: unknown): boolean {
  return codeOf(error) !== null || (isObject(error) && error.message === 'terminated');
}

/** The first system code on the chain of causes, such as ECONNREFUSED or UND_ERR_SOCKET. */
function codeOf(error: unknown): string | null {
  let at = error;
  for (let depth = 0; depth < 5 && isObject(at); depth++) {
    const { code, errors, cause } = at;
    if (typeof code === 'string' && /^(E[A-Z_]+|UND_ERR_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/.test(code)) return code;
    at = Array.isArray(errors) && errors.length > 0 ? (errors as unknown[])[0] : cause;
  }
  return null;
}

/** Without path, query and credentials. */
function origin(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : 'its base_url';
}
