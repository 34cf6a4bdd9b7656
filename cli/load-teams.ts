import { readModelAliases } from '../config/model-aliases.ts';
import type { ModelAliases } from '../config/model-aliases.ts';
import type { Settings } from '../config/settings.ts';
import { compileTeam } from '../config/teams/compile-team.ts';
import type { CompiledTeam } from '../config/teams/compile-team.ts';
import { openTeamFolder } from '../config/teams/team-folder.ts';
import type { TeamFolder } from '../config/teams/team-folder.ts';
import { isSetIn } from './model-access.ts';

export interface LoadedTeams {
  teams: TeamFolder;
  /** Understands a team from elsewhere, with the operator's aliases and variables. */
  compileTeam: (source: { workspace: string; name: string; yaml: string }) => CompiledTeam;
}

/** Throws when the file of aliases has errors. */
export function loadTeams(settings: Settings): LoadedTeams {
  const aliases = loadAliases(settings);
  const isSet = isSetIn(settings);
  const teams = openTeamFolder({ folder: settings.teamsFolder, aliases, isSet });
  return {
    teams,
    compileTeam: ({ workspace, ...source }) =>
      compileTeam({ ...source, aliases, isSet, others: teams.others(workspace) }),
  };
}

function loadAliases({ modelAliasesFile }: Settings): ModelAliases {
  if (modelAliasesFile === null) return {};
  const { aliases, errors } = readModelAliases(modelAliasesFile);
  if (errors.length === 0) return aliases;
  const lines = errors.map(
    ({ line, column, message }) => `${modelAliasesFile}:${line}:${column}  ${message}`,
  );
  throw new Error(`The file of OFFSTAGE_MODEL_ALIASES has errors:\n${lines.join('\n')}`);
}
