import type { Response } from 'express';

/** Also for a client that left before somebody asked, while its feed was being opened. */
export function whenClosed(response: Response, act: () => void): void {
  if (response.destroyed) act();
  else response.once('close', act);
}
