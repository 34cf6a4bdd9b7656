import type { ModelEndpoint } from './model-access.ts';

/** Makes one client for each address and key, and keeps it. */
export function cacheClients<Client>(
  create: (endpoint: ModelEndpoint) => Client,
): (endpoint: ModelEndpoint) => Client {
  const clients = new Map<string, Client>();
  return (endpoint) => {
    const name = JSON.stringify([endpoint.baseUrl, endpoint.key]);
    const client = clients.get(name) ?? create(endpoint);
    clients.set(name, client);
    return client;
  };
}
