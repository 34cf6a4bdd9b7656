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
  loaded: LoadedTeam;
}

const ENDINGS = ['.yaml', '.yml'];
/** Part of ids and URLs. */
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

export function openTeamFolder({ folder, ...surroundings }: TeamFolderOptions): TeamFolder {
  const known = new Map<string, KnownFile>();

  const load = (file: string, name: string): LoadedTeam | null => {
    const stamp = readStamp(file);
    const earlier = known.get(file);
    if (stamp === null) {
      known.delete(file);
      return null;
    }
    if (earlier?.stamp === stamp) return earlier.loaded;
    const { team, errors, warnings } = compileTeam({
      name,
      yaml: readFileSync(file, 'utf8'),
      ...surroundings,
    });
    const loaded = { name, file, team: team ?? earlier?.loaded.team ?? null, errors, warnings };
    known.set(file, { stamp, loaded });
    return loaded;
  };

  const get = (workspace: string, name: string): LoadedTeam | null => {
    if (!NAME.test(name)) return null;
    for (const place of placesOf(folder, workspace)) {
      for (const ending of ENDINGS) {
        const loaded = load(join(place, name + ending), name);
        if (loaded !== null) return loaded;
      }
    }
    return null;
  };

  const list = (workspace: string): LoadedTeam[] => {
    const names = new Set(placesOf(folder, workspace).flatMap(listTeamNames));
    return [...names].sort().flatMap((name) => get(workspace, name) ?? []);
  };

  return { list, get, findProblem: () => findFolderProblem(folder) };
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
