import { Agent, fetch as fetchByUndici } from 'undici';

/**
 * One pool of connections for all calls: kept alive, without a cap on sockets, since calls wait rather than compute.
 * Its own timeouts are off (Node's built-in fetch gives up after 300 s of silence, and reasoning models are silent for
 * longer): each call watches its own silence.
 */
const agent = new Agent({ keepAliveTimeout: 30_000, headersTimeout: 0, bodyTimeout: 0 });

/** `fetch` for the providers' SDKs, on the shared connections. */
export const sharedFetch = ((input, init) =>
  fetchByUndici(input, { ...init, dispatcher: agent })) as typeof fetchByUndici as unknown as typeof fetch;
