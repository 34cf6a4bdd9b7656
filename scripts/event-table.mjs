// docs/events.md: the events of the feed, from the schemas that the API serves them by.
import { z } from 'zod';
import { eventSchema, liveEventSchema } from '../protocol/schemas/event.ts';

const INTRODUCTION = `# Events of the feed

Made from the schemas by \`npm run generate\`. Each event has \`offset\` (from 1, without gaps), \`at\` (ISO 8601) and \`type\`; in server-sent events \`id:\` is the offset and \`event:\` the type. New types may be added: a client passes over those that it does not know. Shapes such as \`Message\` and \`Usage\` are those of [openapi.json](openapi.json).
`;

const LIVE = `
## Live only

Sent without an id to those who watch now. A \`message.committed\` replaces the deltas of its turn and step; \`attempt.reset\` voids what was streamed so far.
`;

const IN_EVERY_EVENT = ['offset', 'at', 'type'];

/** @returns {string} */
export function renderEventTable() {
  return [INTRODUCTION, renderTable(eventSchema), LIVE, renderTable(liveEventSchema)].join('\n');
}

/** @param {z.ZodType} schema */
function renderTable(schema) {
  const { $defs, $ref, ...whole } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  const { oneOf, anyOf } = $ref ? $defs[$ref.split('/').at(-1)] : whole;
  const rows = (oneOf ?? anyOf).map(({ properties }) => {
    const fields = Object.entries(properties).filter(([name]) => !IN_EVERY_EVENT.includes(name));
    return `| \`${properties.type.const}\` | ${fields.map(renderField).join(', ')} |`;
  });
  return ['| type | fields |', '| --- | --- |', ...rows, ''].join('\n');
}

/** @param {[string, any]} field */
function renderField([name, schema]) {
  return `\`${name}\` ${describeType(schema)}`;
}

/** @param {any} schema @returns {string} */
function describeType(schema) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' or ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(describeType).join(' or ');
  if (schema.type === 'array') return `list of ${describeType(schema.items)}`;
  return [schema.type ?? 'any'].flat().join(' or ');
}
