/** Which models serve: the providers that are configured, or the demo model where there is none. */
import type { ModelAccess } from '../activities/model/model-access.ts';
import { findCallProblem } from '../config/model-providers.ts';
import type { Settings } from '../config/settings.ts';
import type { TeamFolder } from '../config/teams/team-folder.ts';
import { DEFAULT_WORKSPACE } from '../protocol/ids.ts';
import type { ModelConfig } from '../protocol/team.ts';

/**
 * Spec (settings.md): `auto` takes the demo model only where no provider at all is configured, so that a lost secret
 * does not put it before users.
 */
export function needsDemoModel(settings: Settings, teams: TeamFolder): boolean {
  if (settings.demo !== 'auto') return settings.demo === 'on';
  const { openai, anthropic } = settings.providers;
  if ([openai, anthropic].some(({ apiKey, baseUrl }) => apiKey !== null || baseUrl !== null)) return false;
  return !listModels(teams).some((model) => findCallProblem(model, isSetIn(settings)) === null);
}

export function isSetIn(settings: Settings): (variable: string) => boolean {
  return (variable) => settings.readVariable(variable) !== null;
}

function listModels(teams: TeamFolder): ModelConfig[] {
  return teams
    .list(DEFAULT_WORKSPACE)
    .flatMap(({ team }) => (team === null ? [] : Object.values(team.models)));
}

/** What the providers' adapters read keys and addresses from: the environment, `.env` included, as it is asked. */
export function toModelAccess(settings: Settings, demo: { baseUrl: string } | null): ModelAccess {
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_target, name) =>
        typeof name === 'string' ? (settings.readVariable(name) ?? undefined) : undefined,
    },
  );
  return { env, demo };
}

/** One line for people: which models answer, and whose keys are missing. */
export function describeModelAccess(settings: Settings, teams: TeamFolder, isDemo: boolean): string {
  if (isDemo) {
    return 'the local demo model (no provider is configured; set OPENAI_API_KEY or ANTHROPIC_API_KEY for real ones)';
  }
  const isSet = isSetIn(settings);
  const states = new Map<string, string | null>();
  for (const model of listModels(teams)) {
    states.set(`${model.provider}/${model.model}`, findCallProblem(model, isSet));
  }
  const usable = [...states].flatMap(([name, problem]) => (problem === null ? [name] : []));
  const missing = [...new Set([...states.values()].filter((problem) => problem !== null))];
  const found = usable.length === 0 ? 'none of the teams’ models can be called' : usable.join(', ');
  return missing.length === 0 ? found : `${found}; ${missing.join('; ')}`;
}

/** Which providers are configured for all teams. A team's own models may have keys of their own beside them. */
export function describeProviders({ providers, demo }: Settings): string {
  if (demo === 'on') return 'the demo model (OFFSTAGE_DEMO=on)';
  const configured = listProviders(providers);
  return configured.length > 0
    ? configured.join(', ')
    : 'no provider: set OPENAI_API_KEY or ANTHROPIC_API_KEY';
}

/** Those with a key or an address. */
export function listProviders(providers: Settings['providers']): string[] {
  return Object.entries(providers)
    .filter(([, { apiKey, baseUrl }]) => apiKey !== null || baseUrl !== null)
    .map(([name, { baseUrl }]) => (baseUrl ? `${name} at ${baseUrl}` : name));
}
