import { randomUUID } from 'node:crypto';
import { createApi } from '../api/server.ts';
import { createSessionGateway } from '../api/gateway/session-gateway.ts';
import type { LoadedTeams } from './load-teams.ts';
import type { SharedParts } from './open-shared-parts.ts';
import type { Surroundings } from './surroundings.ts';
import { choosePort } from './temporal-server/choose-port.ts';
import type { Ends } from './with-ends.ts';

export interface ServedApi extends LoadedTeams {
  surroundings: Surroundings;
  parts: SharedParts;
  /** As {@link chooseApiPort} found it. */
  port: number;
  /** The demo model serves. */
  isDemo: boolean;
}

/** Gives its address. */
export async function serveApi(
  { surroundings, parts, port, isDemo, teams, compileTeam }: ServedApi,
  ends: Ends,
): Promise<string> {
  const { settings, logger, registry } = surroundings;
  const { store, bus, client, temporal } = parts;
  const api = createApi({
    ...{ store, bus, teams, compileTeam, logger, registry },
    gateway: createSessionGateway({ client, bus, temporalUi: temporal.uiUrl }),
    settings: { demo: isDemo, rollover: { turns: settings.rolloverTurns, events: settings.rolloverEvents } },
    clock: Date.now,
    newId: randomUUID,
  });
  ends.push(() => api.close());
  const { url } = await api.listen({ host: settings.host, port });
  return url;
}

/** Before the parts that take seconds to start: a port that is taken is told at once. */
export function chooseApiPort({ settings, report }: Surroundings): Promise<number> {
  const { host, port, portIsDefault } = settings;
  const wish = { port, isDefault: portIsDefault, user: 'The API', setting: 'OFFSTAGE_PORT' };
  return choosePort(host, wish, report);
}
