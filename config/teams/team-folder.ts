/**
 * The folder of team files. Each access looks at the files' times and reads again what has changed, so there is
 * nothing to watch. A file that breaks keeps its last good team, and tells its errors.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Team } from '../../protocol/team.ts';
import type { ModelAliases } from '../model-aliases.ts';
import { compileTeam } from './compile-team.ts';
import type { Finding } from './finding.ts';
import type { OtherTeams, TeamDraft } from './other-teams.ts';

export interface LoadedTeam {
  name: string;
  file: string;
  /** The last version without errors; null where there never was one. */
  team: Team | null;
  /** Of the file as it is now. */
  errors: Finding[];
  warnings: Finding[];
}

export interface TeamFolder {
  /** The teams of a workspace: its own, and those that lie directly in the folder; by name. */
  list(workspace: string): LoadedTeam[];
  /** Null where there is no such file. A workspace's own team comes before one of the same name beside it. */
  get(workspace: string, name: string): LoadedTeam | null;
  /** The other teams of a workspace, for one that is not in the folder. */
  others(workspace: string): OtherTeams;
  /** Why the folder cannot be read; null where it can. */
  findProblem(): string | null;
}

export interface TeamFolderOptions {
  folder: string;
  aliases?: ModelAliases;
  isSet?: (variable: string) => boolean;
}

interface KnownFile {
  stamp: string;
  /** Stamps of what it took from other teams, and the names of all of them where it asked for these. */
  uses: Map<string, string | null>;
  loaded: LoadedTeam;
}

interface KnownDraft {
  stamp: string;
  draft: TeamDraft | 'errors';
}

/** The names of all teams, among what a team uses. */
const ALL_NAMES = '*';

const ENDINGS = ['.yaml', '.yml'];
/** Part of ids and URLs. */
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

export function openTeamFolder({ folder, ...surroundings }: TeamFolderOptions): TeamFolder {
  const known = new Map<string, KnownFile>();
  const others = createOtherTeams(folder, surroundings);

  const stampOf = (workspace: string, name: string): string | null =>
    name === ALL_NAMES
      ? listNames(folder, workspace).join()
      : (findFile(folder, workspace, name)?.stamp ?? null);

  const get = (workspace: string, name: string): LoadedTeam | null => {
    const found = findFile(folder, workspace, name);
    if (found === null) return null;
    const { file, stamp } = found;
    // What a file in common takes from other teams depends on the workspace.
    const key = `${workspace}\n${file}`;
    const earlier = known.get(key);
    const isSame = [...(earlier?.uses ?? [])].every(([other, use]) => stampOf(workspace, other) === use);
    if (earlier?.stamp === stamp && isSame) return earlier.loaded;
    const uses = new Map<string, string | null>();
    const { team, errors, warnings } = compileTeam({
      name,
      yaml: readFileSync(file, 'utf8'),
      ...surroundings,
      others: noteUses(others(workspace), name, (other) => uses.set(other, stampOf(workspace, other))),
    });
    const loaded = { name, file, team: team ?? earlier?.loaded.team ?? null, errors, warnings };
    known.set(key, { stamp, uses, loaded });
    return loaded;
  };

  const list = (workspace: string): LoadedTeam[] =>
    listNames(folder, workspace).flatMap((name) => get(workspace, name) ?? []);

  return { list, get, others, findProblem: () => findFolderProblem(folder) };
}

/** Each file by itself, understood once for each version of it. */
function createOtherTeams(
  folder: string,
  surroundings: Omit<TeamFolderOptions, 'folder'>,
): (workspace: string) => OtherTeams {
  const drafts = new Map<string, KnownDraft>();
  const readDraft = (file: string, name: string, stamp: string): TeamDraft | 'errors' => {
    const earlier = drafts.get(file);
    if (earlier?.stamp === stamp) return earlier.draft;
    const { team } = compileTeam({ name, yaml: readFileSync(file, 'utf8'), ...surroundings, others: null });
    const draft = team ?? 'errors';
    drafts.set(file, { stamp, draft });
    return draft;
  };
  return (workspace) => ({
    names: () => listNames(folder, workspace),
    read(name) {
      const found = findFile(folder, workspace, name);
      return found === null ? null : readDraft(found.file, name, found.stamp);
    },
  });
}

/** Without the team itself; what is asked for is noted. */
function noteUses(others: OtherTeams, self: string, note: (name: string) => void): OtherTeams {
  return {
    names() {
      note(ALL_NAMES);
      return others.names().filter((name) => name !== self);
    },
    read(name) {
      note(name);
      return name === self ? null : others.read(name);
    },
  };
}

/** A workspace's own file comes before one of the same name beside it. */
function findFile(folder: string, workspace: string, name: string): { file: string; stamp: string } | null {
  if (!NAME.test(name)) return null;
  for (const place of placesOf(folder, workspace)) {
    for (const ending of ENDINGS) {
      const file = join(place, name + ending);
      const stamp = readStamp(file);
      if (stamp !== null) return { file, stamp };
    }
  }
  return null;
}

function listNames(folder: string, workspace: string): string[] {
  return [...new Set(placesOf(folder, workspace).flatMap(listTeamNames))].sort();
}

function placesOf(folder: string, workspace: string): string[] {
  return NAME.test(workspace) ? [join(folder, workspace), folder] : [folder];
}

function listTeamNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => ENDINGS.includes(extname(file)))
      .map((file) => file.slice(0, -extname(file).length))
      .filter((name) => NAME.test(name));
  } catch {
    return []; // Most workspaces have no folder of their own; `findProblem` tells of the one that has to be there.
  }
}

function findFolderProblem(folder: string): string | null {
  try {
    return statSync(folder).isDirectory()
      ? null
      : `${folder} is not a folder; name the folder of the team files`;
  } catch {
    return `there is no folder ${folder}; make it, or name another one for the team files`;
  }
}

/** Changes whenever the file does; null where there is no file. */
function readStamp(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : null;
}
