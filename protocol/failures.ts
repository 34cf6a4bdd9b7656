/** Types of failures, `area.reason`: stable names that logs, events, problems and the Temporal Web UI show. */

export const MODEL_FAILURES = [
  /** 429. Retried after `Retry-After`. */
  'model.rate_limited',
  /** 5xx, 529 overloaded. Retried. */
  'model.unavailable',
  /** No connection, a reset, or no byte within `limits.modelIdleTimeoutMs`. Retried. */
  'model.connection',
  /** The stream ended without its terminal marker, or was not what the protocol says. Retried. */
  'model.malformed',
  /** 400, 413, 422: the request itself is refused. Not retried. */
  'model.bad_request',
  /** 401, 403. Not retried. */
  'model.denied',
  /** 404: no such model. Not retried. */
  'model.not_found',
  /** The content cannot be sent to this provider (a media type that it does not take). Not retried. */
  'model.unsupported_content',
  /** No key is set for the provider. Not retried. */
  'model.no_key',
  /** The time for the call, retries included, is over. */
  'model.timed_out',
] as const;
export type ModelFailure = (typeof MODEL_FAILURES)[number];

/** The store did not answer. Retried. */
export const STORE_AWAY = 'store.away';

/** Refusals of a workflow's update or of a storage write. */
export const REFUSALS = {
  /** The session does not take messages any more. */
  closed: 'session.closed',
  /** A known message id came with another body. */
  idReused: 'message.id_reused',
  /** The waiting inbox is full. */
  inboxFull: 'session.inbox_full',
  /** The run is about to continue as new: repeat the update with the same id. */
  rollingOver: 'session.rolling_over',
  /** The task does not exist in this conversation. */
  taskNotFound: 'task.not_found',
  /** The task has ended. */
  taskFinished: 'task.finished',
  /** The task may not start: the agent, a cap, the depth. */
  taskRefused: 'task.refused',
  /** A write to a step that is over, from an attempt that was given up. */
  staleStep: 'transcript.stale_step',
} as const;
