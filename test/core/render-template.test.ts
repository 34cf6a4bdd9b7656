import { describe, expect, it } from '@jest/globals';
import { renderTemplates } from '../../core/render-template.ts';

const variables = { name: 'Ada', order: { items: [{ sku: 'A1' }], total: 12 }, trap: '{{name}}' };

describe('templates in values', () => {
  it.each([
    ['a text', 'Hello {{name}}!', 'Hello Ada!'],
    ['a path into a value', 'First: {{ order.items.0.sku }}', 'First: A1'],
    ['a value inside a text', 'Order {{order.items}}', 'Order [{"sku":"A1"}]'],
    ['a text that is one template: the value itself', '{{order.total}}', 12],
    ['what is missing: empty', '{{nobody.there}}|{{order.items.9}}', '|'],
    ['a whole that is missing: empty', '{{nobody}}', ''],
    ['lists and maps', { a: ['{{name}}', 1] }, { a: ['Ada', 1] }],
    ['what a variable holds: data', 'It says {{trap}}', 'It says {{name}}'],
    ['what an object only inherits: missing', '{{constructor}}', ''],
  ])('fill in %s', (_name, value, rendered) => {
    expect(renderTemplates(value, variables)).toEqual(rendered);
  });
});
