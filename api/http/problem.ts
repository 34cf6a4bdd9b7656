/** Errors of the API, RFC 9457: what is wrong, where, and what to do. Types are stable names. */

export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'invalid-request': { status: 422, title: 'The request has mistakes' },
  'invalid-team': { status: 422, title: 'The team has mistakes' },
  'unknown-team': { status: 422, title: 'There is no such team' },
  'unknown-agent': { status: 422, title: 'There is no such agent' },
  'unknown-file': { status: 422, title: 'There is no such file' },
  'task-refused': { status: 422, title: 'The task may not start' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used with another body' },
  unauthenticated: { status: 401, title: 'An access key is needed' },
  'foreign-host': { status: 403, title: 'The Host is not a name of this machine' },
  'foreign-origin': { status: 403, title: 'Requests of other origins are refused' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'session-closed': { status: 409, title: 'The session is closed' },
  'no-budget': { status: 409, title: 'There is no such budget' },
  'task-finished': { status: 409, title: 'The task has ended, or is about to' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'message-too-large': { status: 413, title: 'The message is too large' },
  'file-too-large': { status: 413, title: 'The file is too large' },
  'unsupported-media-type': { status: 415, title: 'The Content-Type is not supported' },
  'inbox-full': { status: 429, title: 'Too many messages wait' },
  internal: { status: 500, title: 'Something went wrong inside Offstage' },
  unavailable: { status: 503, title: 'A part of Offstage is away' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;

export interface FieldError {
  /** Such as `message.content[0].url`; empty for the body itself. */
  path: string;
  message: string;
}

export interface ProblemExtras extends ErrorOptions {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Further members of the document, such as the id of the message. */
  members?: Record<string, unknown>;
}

export class Problem extends Error {
  readonly problem: ProblemName;
  readonly extras: ProblemExtras;

  constructor(problem: ProblemName, detail: string, extras: ProblemExtras = {}) {
    super(detail, 'cause' in extras ? { cause: extras.cause } : {});
    this.name = 'Problem';
    this.problem = problem;
    this.extras = extras;
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  toJSON(instance: string): Record<string, unknown> {
    return {
      type: toProblemType(this.problem),
      title: PROBLEMS[this.problem].title,
      status: this.status,
      detail: this.message,
      instance,
      errors: this.extras.errors ?? [],
      ...this.extras.members,
    };
  }
}

function toProblemType(problem: ProblemName): string {
  return `urn:offstage:problem:${problem}`;
}

/** One wording for what does not exist and for what belongs to someone else. */
export function notFound(kind: 'session' | 'task' | 'team' | 'file', id: string): Problem {
  return new Problem('not-found', `${kind} not found: ${id}`);
}
