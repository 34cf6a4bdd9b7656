/** The store does not answer, or not in time: nothing is known of what was asked. It may go well a moment later. */
export class StoreAway extends Error {
  /** `reason` is for people and holds no secret. */
  constructor(reason: string, options?: ErrorOptions) {
    super(`The store does not answer: ${reason}`, options);
    this.name = 'StoreAway';
  }
}
