/** What can go wrong with an answer that the provider had begun, before it is given a name by classify-error.ts. */

/** The stream ended without its terminal marker, or was not what the protocol says. The message has no content. */
export class MalformedReply extends Error {}

/** An error that the provider sent inside a stream that had begun with status 200. */
export class StreamedError extends Error {
  /** The `error` object as it was sent. */
  readonly error: unknown;

  constructor(error: unknown) {
    super('the provider sent an error in its stream');
    this.error = error;
  }
}

/** No byte came for longer than `limits.modelIdleTimeoutMs`. */
export class IdleTimeout extends Error {
  readonly idleTimeoutMs: number;

  constructor(idleTimeoutMs: number) {
    super(`no byte for ${idleTimeoutMs} ms`);
    this.idleTimeoutMs = idleTimeoutMs;
  }
}

/** The prompt has content that this provider does not take. Found before the call. */
export class UnsupportedContent extends Error {}
