import { describe, expect, it } from '@jest/globals';
import { findSchemaProblem, findValueProblems } from '../../config/json-schema.ts';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    size: { enum: ['small', 'large'] },
    day: { format: 'day of the week' },
  },
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

  it.each([
    ['date', '2026-02-28', '2026-02-30'],
    ['date-time', '2026-01-02T09:30:00+01:00', '2026-01-02 09:30'],
    ['email', 'ada@example.com', 'ada'],
    ['uri', 'https://example.com/a', 'example'],
    ['uuid', '7b215f0b-feb8-488e-814b-1b3a3fd7017d', '7b215f0b'],
  ])('holds to the format %s', (format, fitting, other) => {
    const day = { properties: { value: { type: 'string', format } } };
    expect(findValueProblems(day, { value: fitting })).toEqual([]);
    expect(findValueProblems(day, { value: other })).toEqual([`value: must match format "${format}"`]);
  });

  it('that is none tells why', () => {
    expect(findSchemaProblem(schema)).toBeNull();
    expect(findSchemaProblem({ type: 'objct' })).toContain('type');
    expect(findSchemaProblem({ $ref: 'https://elsewhere.example/schema' })).toContain('elsewhere');
  });
});
