import { describe, expect, it } from '@jest/globals';
import { renderTemplates, renderText } from '../../core/render-template.ts';

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
    expect(renderTemplates(value, { variables })).toEqual(rendered);
  });
});

describe('a template in a text', () => {
  it('gives text whatever the value is, made to fit its place', () => {
    const encode = (value: string): string => encodeURIComponent(value);
    expect(renderText('{{order.total}} {{order.items}}', { variables })).toBe('12 [{"sku":"A1"}]');
    expect(renderText('/c/{{odd}}?n={{name}}', { variables: { odd: '../a?b#c', name: 'A&B' } }, encode)).toBe(
      '/c/..%2Fa%3Fb%23c?n=A%26B',
    );
  });

  it('never counts where a variable brought it, through however many renderings', () => {
    const once = renderText('{{trap}}', { variables: { trap: '{{secret}}', secret: 'no' } });
    expect(once).toBe('{{secret}}');
    expect(renderTemplates({ input: '{{trap}}' }, { variables: { trap: '{{secret}}' } })).toEqual({
      input: '{{secret}}',
    });
  });

  it('tells what nobody has set, and not what is set to nothing', () => {
    const missing = new Set<string>();
    const known = { variables: { none: null, empty: '', order: { items: [] } }, missing };
    expect(renderText('{{none}}{{empty}}{{order.items.0}}{{ who }}{{who}}', known)).toBe('');
    expect(renderTemplates('{{none}}', known)).toBeNull();
    expect([...missing]).toEqual(['order.items.0', 'who']);
  });
});
