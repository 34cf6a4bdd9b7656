import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTeamFolder } from '../../../config/teams/team-folder.ts';

const team = (instruction: string): string =>
  `agents: { root: { model: openai/m, instruction: ${instruction} } }\n`;
const broken = 'agents: { root: { modl: openai/m } }\n';

describe('the folder of team files', () => {
  let folder: string;
  let writes = 0;

  /** Each write gets a time of its own, as files have that are written by hand. */
  function write(name: string, text: string): void {
    const file = join(folder, name);
    writeFileSync(file, text);
    utimesSync(file, 1_700_000_000, 1_700_000_000 + ++writes);
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'offstage-teams-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names each team after its file', () => {
    write('desk.yaml', team('Hi'));
    write('shop.yml', team('Hi'));
    write('notes.md', 'not a team');
    const teams = openTeamFolder({ folder });
    expect(teams.list('default').map((loaded) => loaded.name)).toEqual(['desk', 'shop']);
    expect(teams.get('default', 'shop')?.team?.name).toBe('shop');
    expect(teams.get('default', 'notes')).toBeNull();
  });

  it('reads a file again when it has changed, and the same version when it has not', () => {
    write('desk.yaml', team('One'));
    const teams = openTeamFolder({ folder });
    const first = teams.get('default', 'desk');
    expect(teams.get('default', 'desk')).toBe(first);
    write('desk.yaml', team('Two'));
    expect(teams.get('default', 'desk')?.team?.agents['root']?.instruction).toBe('Two');
    write('other.yaml', team('Three'));
    expect(teams.list('default')).toHaveLength(2);
    rmSync(join(folder, 'desk.yaml'));
    expect(teams.get('default', 'desk')).toBeNull();
  });

  it('reads a team again when one of those whose agents it names has changed', () => {
    const agent = (name: string, more = ''): string =>
      `agents: { ${name}: { model: openai/m, description: D, ${more} } }\n`;
    write('desk.yaml', agent('root', 'sub_agents: [shop/clerk]'));
    write('hall.yaml', agent('root', 'sub_agents: ["*"]'));
    write('shop.yaml', agent('clerk', 'instruction: One'));
    const teams = openTeamFolder({ folder });
    const read = (): unknown => teams.get('default', 'desk')?.team?.agents['shop/clerk']?.instruction;
    const names = (): string[] => Object.keys(teams.get('default', 'hall')?.team?.agents ?? {});
    expect(read()).toBe('One');
    expect(names()).toEqual(['root', 'desk/root', 'shop/clerk']);
    expect(teams.get('default', 'desk')).toBe(teams.get('default', 'desk'));
    write('shop.yaml', agent('clerk', 'instruction: Two'));
    expect(read()).toBe('Two');
    write('shop.yaml', broken);
    expect(read()).toBe('Two');
    expect(teams.get('default', 'desk')?.errors).toHaveLength(1);
    rmSync(join(folder, 'shop.yaml'));
    write('yard.yaml', agent('guard'));
    expect(names()).toEqual(['root', 'desk/root', 'yard/guard']);
    expect(teams.get('default', 'desk')?.team?.agents['root']?.subAgents).toEqual([]);
  });

  it('keeps the last good team of a file that breaks, with its errors, until it is mended', () => {
    write('desk.yaml', team('Good'));
    const teams = openTeamFolder({ folder });
    const good = teams.get('default', 'desk')?.team;
    write('desk.yaml', broken);
    const loaded = teams.get('default', 'desk');
    expect(loaded?.team).toBe(good);
    expect(loaded?.errors.map((error) => error.message)).toContain(
      'unknown key "modl"; did you mean "model"?',
    );
    write('desk.yaml', team('Better'));
    expect(teams.get('default', 'desk')).toMatchObject({
      team: { agents: { root: { instruction: 'Better' } } },
      errors: [],
    });
  });

  it('has no team of a file that was never good, and says why', () => {
    write('desk.yaml', broken);
    const loaded = openTeamFolder({ folder }).get('default', 'desk');
    expect(loaded?.team).toBeNull();
    expect(loaded?.errors).not.toEqual([]);
  });

  it('gives a workspace its own teams before those of all', () => {
    mkdirSync(join(folder, 'clinic'));
    write('desk.yaml', team('Everybody'));
    write('clinic/desk.yaml', team('Clinic'));
    write('clinic/ward.yaml', team('Ward'));
    const teams = openTeamFolder({ folder });
    expect(teams.get('clinic', 'desk')?.team?.agents['root']?.instruction).toBe('Clinic');
    expect(teams.get('default', 'desk')?.team?.agents['root']?.instruction).toBe('Everybody');
    expect(teams.list('clinic').map((loaded) => loaded.name)).toEqual(['desk', 'ward']);
    expect(teams.list('default').map((loaded) => loaded.name)).toEqual(['desk']);
  });

  it('never leaves its folder', () => {
    mkdirSync(join(folder, 'inner'));
    write('secret.yaml', team('Secret'));
    const teams = openTeamFolder({ folder: join(folder, 'inner') });
    expect(teams.get('default', '../secret')).toBeNull();
    expect(teams.get('..', 'secret')).toBeNull();
    expect(teams.list('..')).toEqual([]);
  });

  it('says what is wrong with a folder that is not there', () => {
    const teams = openTeamFolder({ folder: join(folder, 'nowhere') });
    expect(teams.findProblem()).toMatch(/there is no folder .*nowhere; make it/);
    expect(teams.list('default')).toEqual([]);
    expect(openTeamFolder({ folder }).findProblem()).toBeNull();
  });
});
