import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Bus } from '../bus/bus.ts';
import type { KeyRing } from '../config/keys/key-ring.ts';
import type { CompiledTeam } from '../config/teams/compile-team.ts';
import type { TeamFolder } from '../config/teams/team-folder.ts';
import type { RolloverThreshold } from '../protocol/task.ts';
import type { Store } from '../storage/store.ts';
import type { Gateway } from './gateway/gateway.ts';

export interface ApiSettings {
  /** The demo model serves. */
  demo: boolean;
  /** When sessions continue as new. */
  rollover: RolloverThreshold;
}

/** What the API works with. */
export interface ApiDependencies {
  gateway: Gateway;
  store: Store;
  bus: Bus;
  /** Access keys; null: none, and every request is the development principal's. */
  keys: KeyRing | null;
  /** What sessions can be opened with by name. */
  teams: TeamFolder;
  /** Understands a team that comes with a request, with the operator's aliases and variables. */
  compileTeam: (source: { workspace: string; name: string; yaml: string }) => CompiledTeam;
  settings: ApiSettings;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** A UUID. */
  newId: () => string;
  logger: Logger;
  /** The numbers that `/metrics` tells. */
  registry: Registry;
}
