/** Something about the bus itself. Its words hold no content of a conversation, and no secret. */
export class BusError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BusError';
  }
}
