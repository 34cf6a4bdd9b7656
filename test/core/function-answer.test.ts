import { describe, expect, it } from '@jest/globals';
import { readFunctionAnswer } from '../../core/function-answer.ts';

const plain = (text: string) => ({ text, dynamicVariables: null, terminate: null });

describe('the answer of a function', () => {
  it.each([
    ['text', 'It ships today.', plain('It ships today.')],
    ['nothing', '', plain('')],
    ['JSON of its own', '{"status":"shipped","result":1}', plain('{"status":"shipped","result":1}')],
    ['a list', '[1]', plain('[1]')],
    ['a result', '{"result":"Shipped."}', plain('Shipped.')],
    ['a result that is no text', '{"result":{"a":[1]}}', plain('{"a":[1]}')],
    [
      'a result with variables',
      '{"result":"Ada","dynamicVariables":{"name":"Ada"}}',
      { ...plain('Ada'), dynamicVariables: { name: 'Ada' } },
    ],
    ['variables alone', '{"dynamicVariables":{"a":1}}', { ...plain(''), dynamicVariables: { a: 1 } }],
    [
      'variables beside what is its own',
      '{"dynamicVariables":{"a":1},"ok":true}',
      { ...plain('{"ok":true}'), dynamicVariables: { a: 1 } },
    ],
    ['variables that are none', '{"result":"x","dynamicVariables":[1]}', plain('x')],
    [
      'the wish to end',
      '{"terminateAgent":true,"reason":"closed today"}',
      { ...plain(''), terminate: { reason: 'closed today' } },
    ],
    ['no wish to end', '{"terminateAgent":false}', plain('')],
  ])('is understood: %s', (_name, text, answer) => {
    expect(readFunctionAnswer(text)).toEqual(answer);
  });
});
