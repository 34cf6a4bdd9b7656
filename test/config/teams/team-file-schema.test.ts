import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { renderTeamFileSchema } from '../../../config/teams/team-file-schema.ts';

const root = new URL('../../../', import.meta.url);
const files = [
  'agents/',
  'examples/support/',
  'examples/outreach/',
  'test/config/fixtures/docker-agent/',
].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => folder + name),
);

describe('the JSON Schema for editors', () => {
  const ajv = new Ajv2020({ strict: false, formats: { uri: true } });
  const validate = ajv.compile(JSON.parse(renderTeamFileSchema()) as object);
  const check = (text: string): string[] => {
    validate(parse(text));
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.keyword}`);
  };

  it.each(files)('accepts %s', (file) => {
    expect(check(readFileSync(new URL(file, root), 'utf8'))).toEqual([]);
  });

  it('refuses unknown keys and toolsets', () => {
    expect(check('agents: { root: { modl: openai/m } }')).toEqual(['/agents/root additionalProperties']);
    expect(check('agents: { root: { toolsets: [{ type: thnk }] } }')).toEqual([
      '/agents/root/toolsets/0/type enum',
    ]);
    expect(check('{}')).toEqual([' required']);
  });
});
