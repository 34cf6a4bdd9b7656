import { describe, expect, it } from '@jest/globals';
import { findSchemaProblem, findValueProblems } from '../../config/json-schema.ts';

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, size: { enum: ['small', 'large'] }, day: { format: 'date' } },
  required: ['name'],
  additionalProperties: false,
};

describe('a JSON schema', () => {
  it('tells all that does not fit, and where', () => {
    expect(findValueProblems(schema, { name: 'x', size: 'small', day: 'any' })).toEqual([]);
    expect(findValueProblems(schema, { size: 'huge', colour: 1 })).toEqual([
      "arguments: must have required property 'name'",
      'arguments: must NOT have additional properties (colour)',
      'size: must be equal to one of the allowed values: ["small","large"]',
    ]);
  });

  it('that is none tells why', () => {
    expect(findSchemaProblem(schema)).toBeNull();
    expect(findSchemaProblem({ type: 'objct' })).toContain('type');
    expect(findSchemaProblem({ $ref: 'https://elsewhere.example/schema' })).toContain('elsewhere');
  });
});
