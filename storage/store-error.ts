/** A refusal by the store: `type` is stable, `area.reason` (see protocol/failures.ts). Nothing was written. */
export class StoreError extends Error {
  readonly type: string;

  constructor(type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.type = type;
  }
}

export function refuseGoneSession(cause?: unknown): StoreError {
  return new StoreError('session.not_found', 'The session does not exist, or was deleted.', { cause });
}
