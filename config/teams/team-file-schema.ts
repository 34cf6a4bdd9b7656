/** The JSON Schema of team files, by which editors complete and check them while they are written. */
import { z } from 'zod';
import { teamFileSchema } from '../../protocol/schemas/team-file.ts';

export function renderTeamFileSchema(): string {
  const schema = z.toJSONSchema(teamFileSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // What every whole number has is only noise in an editor.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
