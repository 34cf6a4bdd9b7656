import { randomUUID } from 'node:crypto';
import { createApi } from '../api/server.ts';
import { createSessionGateway } from '../api/gateway/session-gateway.ts';
import { openKeyRing } from '../config/keys/key-ring.ts';
import type { KeyRing } from '../config/keys/key-ring.ts';
import type { LoadedTeams } from './load-teams.ts';
import type { SharedParts } from './open-shared-parts.ts';
import type { Surroundings } from './surroundings.ts';
import { choosePort } from './temporal-server/choose-port.ts';
import type { Ends } from './with-ends.ts';

/** Where the API listens, and who may come in. */
export interface ApiDoor {
  port: number;
  keys: KeyRing | null;
}

export interface ServedApi extends LoadedTeams {
  surroundings: Surroundings;
  parts: SharedParts;
  door: ApiDoor;
  /** The demo model serves. */
  isDemo: boolean;
}

/** Gives its address. */
export async function serveApi(
  { surroundings, parts, door, isDemo, teams, compileTeam }: ServedApi,
  ends: Ends,
): Promise<string> {
  const { settings, logger, registry } = surroundings;
  const { store, bus, client, temporal } = parts;
  const api = createApi({
    ...{ store, bus, teams, compileTeam, logger, registry },
    keys: door.keys,
    gateway: createSessionGateway({ client, bus, temporalUi: temporal.uiUrl }),
    settings: { demo: isDemo, rollover: { turns: settings.rolloverTurns, events: settings.rolloverEvents } },
    clock: Date.now,
    newId: randomUUID,
  });
  ends.push(() => api.close());
  const { url } = await api.listen({ host: settings.host, port: door.port });
  return url;
}

/** Before the parts that take seconds to start: a port that is taken, or a wrong file of keys, is told at once. */
export async function prepareDoor(surroundings: Surroundings, ends: Ends): Promise<ApiDoor> {
  const { settings, logger, report } = surroundings;
  const { host, port, portIsDefault, keysFile: file } = settings;
  const onError = (error: Error): void =>
    logger.error({ reason: error.message }, 'the access keys stay as they were');
  const keys = file === null ? null : openKeyRing({ file, onError });
  if (keys !== null) ends.push(() => keys.close());
  const wish = { port, isDefault: portIsDefault, user: 'The API', setting: 'OFFSTAGE_PORT' };
  return { port: await choosePort(host, wish, report), keys };
}
