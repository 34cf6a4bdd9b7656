import type { Request, RequestHandler, Response } from 'express';

/** Runs one of Express's body readers inside a handler, for routes that take several types. */
export function readRawBody(reader: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void reader(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('The body cannot be read', { cause: error }));
    });
  });
}
