import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTeamFile } from '../../cli/teams-check.ts';

const folder = mkdtempSync(join(tmpdir(), 'offstage-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(yaml: string, keys: string[] = []) {
  const file = join(folder, 'desk.yaml');
  writeFileSync(file, yaml);
  const { text, ok } = checkTeamFile(file, { isSet: (variable) => keys.includes(variable) });
  return { ok, text: text.replaceAll(folder, '') };
}

const desk = `agents:
  root:
    model: fast
    description: Answers
    sub_agents: [reader]
    toolsets: [{ type: background_agents }, { type: shell }]
    fallback: { models: [anthropic/claude-haiku-5-5] }
  reader: { model: openai/gpt-5.4, description: Reads, sub_agents: [root] }
models: { fast: { provider: openai, model: gpt-5.4-mini } }
`;

describe('offstage teams check', () => {
  it('shows what was understood, what is missing and which keys are not set', () => {
    const { ok, text } = check(desk, ['OPENAI_API_KEY']);
    expect(ok).toBe(true);
    expect(text.replace(/version \w+/, 'version V')).toBe(
      `/desk.yaml:6:53  warning  agents.root.toolsets[1].type: the toolset shell is not available: running commands does not exist yet
/desk.yaml:8:56  warning  agents.reader.sub_agents: root → reader → root is a ring: a task cannot start an agent that is among its own starters, unless limits.allow_cycles is true

team desk, version V

root (entry): Answers
  model     fast = openai/gpt-5.4-mini
  or        anthropic/claude-haiku-5-5 (ANTHROPIC_API_KEY is not set)
  tools     background_agents, transfer_task
  starts    reader
  lacks     shell: running commands does not exist yet

reader: Reads
  model     openai/gpt-5.4
  tools     transfer_task
  asks      root

0 errors, 2 warnings`,
    );
  });

  it('fails a file with mistakes, each on a line of its own', () => {
    const { ok, text } = check('agents:\n  root: { modl: a }\nlimts: {}\n');
    expect(ok).toBe(false);
    expect(text.split('\n').filter((line) => line.includes('error '))).toEqual([
      '/desk.yaml:2:11  error    agents.root.modl: unknown key "modl"; did you mean "model"?',
      '/desk.yaml:3:1  error    limts: unknown key "limts"; did you mean "limits"?',
    ]);
    expect(text).toMatch(/2 errors, 1 warning$/);
  });

  it('says so when there is no such file', () => {
    expect(checkTeamFile(join(folder, 'none.yaml'), { isSet: () => false })).toEqual({
      ok: false,
      text: expect.stringMatching(/none\.yaml cannot be read: .*ENOENT/),
    });
  });
});
