import { describe, expect, it } from '@jest/globals';
import { renderAddress, renderHeaders } from '../../core/function-address.ts';

const secrets: Record<string, string> = { TOKEN: 'se/cret', BASE: 'https://crm.example' };
const readSecret = (name: string): string | null => secrets[name] ?? null;
const address = (written: string, variables: Record<string, unknown>): string =>
  renderAddress(written, { variables }, readSecret);
const header = (written: string, variables: Record<string, unknown>): string | undefined =>
  renderHeaders({ 'X-Name': written }, { variables }, readSecret)['x-name'];

describe('the address of a function', () => {
  it.each([
    ['a path', 'https://a.example/c/{{id}}', { id: 'b/../c?d#e' }, 'https://a.example/c/b%2F..%2Fc%3Fd%23e'],
    ['a query', 'https://a.example/?q={{q}}', { q: 'a&b=c+d' }, 'https://a.example/?q=a%26b%3Dc%2Bd'],
    ['a value that is none', 'https://a.example/c/{{id}}/x', {}, 'https://a.example/c//x'],
    ['halves of characters', 'https://a.example/{{id}}', { id: '\ud800x' }, 'https://a.example/%EF%BF%BDx'],
    ['a secret, as it is', '${env.BASE}/t/${secret:TOKEN}', {}, 'https://crm.example/t/se/cret'],
    [
      'a value like a secret',
      'https://a.example/{{v}}',
      { v: '${env.TOKEN}' },
      'https://a.example/%24%7Benv.TOKEN%7D',
    ],
    [
      'a value like a template',
      'https://a.example/?{{v}}',
      { v: '{{w}}', w: 'x' },
      'https://a.example/?%7B%7Bw%7D%7D',
    ],
  ])('holds values as data: %s', (_name, written, variables, rendered) => {
    expect(address(written, variables)).toBe(rendered);
  });

  it.each([
    ['https://a.example/customers/{{id}}/orders', { id: '..' }],
    ['https://a.example/customers/{{a}}{{b}}?x=1', { a: '.', b: '.' }],
    ['https://a.example/customers/{{id}}', { id: '.' }],
  ])('is refused where a value would lead elsewhere: %s', (written, variables) => {
    expect(() => address(written, variables)).toThrow('leads elsewhere');
  });

  it('is refused where a secret is not set, and does not say more than its name', () => {
    expect(() => address('https://a.example/${secret:NONE}', {})).toThrow('the secret NONE is not set');
  });
});

describe('a header of a function', () => {
  it.each([
    ['line breaks', 'Hi {{v}}', { v: 'a\r\nX-Evil: yes\0' }, 'Hi a X-Evil: yes'],
    ['other letters', '{{v}}', { v: 'Zoë 李' }, 'Zo%C3%AB %E6%9D%8E'],
    ['a value like a secret', '{{v}}', { v: '${secret:TOKEN}' }, '${secret:TOKEN}'],
    ['secrets between values', 'Bearer ${secret:TOKEN} {{v}}', { v: '{{w}}' }, 'Bearer se/cret {{w}}'],
  ])('is one line of plain text: %s', (_name, written, variables, rendered) => {
    expect(header(written, variables)).toBe(rendered);
  });
});
