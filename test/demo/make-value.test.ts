import { describe, expect, it } from '@jest/globals';
import { makeValue, readMaterial } from '../../demo/make-value.ts';
import { startDemoModel } from '../../demo/server.ts';

const material = readMaterial({
  system: '',
  tools: [],
  mayCallTools: true,
  output: null,
  entries: [
    {
      kind: 'user',
      text: 'Do it for the upset one.\n\nVariables: {"patient":{"name":"Ada","age":7},"isNew":true}',
      media: [],
      files: [],
    },
  ],
});

describe('an answer by a schema', () => {
  it('takes what is known under its names, and fits the rest', () => {
    const properties = {
      name: { type: 'string' },
      age: { type: 'integer' },
      isNew: { type: 'boolean' },
      terminateAgent: { type: 'boolean' },
      mood: { enum: ['content', 'upset'] },
      note: { type: ['string', 'null'], maxLength: 12 },
      tags: { type: 'array', items: { type: 'string' } },
      either: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      fixed: { const: 3 },
      day: { type: 'string', format: 'date' },
    };
    expect(makeValue({ type: 'object', properties }, material)).toEqual({
      ...{ name: 'Ada', age: 7, isNew: true, terminateAgent: false, mood: 'upset' },
      ...{ note: 'note (demo):', tags: [], either: null, fixed: 3, day: '2026-03-02' },
    });
  });

  it('ends, however deep a schema leads into itself', () => {
    const schema: Record<string, unknown> = { type: 'object' };
    schema['properties'] = { inner: schema };
    expect(JSON.stringify(makeValue(schema, material)).length).toBeLessThan(200);
  });

  it.each([
    [
      '/v1/chat/completions',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', schema: { type: 'object', properties: { a: { const: 1 } } } },
        },
      },
      (body: { choices: { message: { content: string } }[] }) => body.choices[0]?.message.content,
    ],
    [
      '/v1/messages',
      {
        output_config: {
          format: { type: 'json_schema', schema: { type: 'object', properties: { a: { const: 1 } } } },
        },
      },
      (body: { content: { text: string }[] }) => body.content[0]?.text,
    ],
  ])('is asked for as %s has it', async (path, form, read) => {
    const demo = await startDemoModel({ talkDelayMs: 0 });
    const response = await fetch(`${demo.baseUrl}${path}`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'x',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'Hi' }],
        ...form,
      }),
    });
    const text = read((await response.json()) as never);
    await demo.stop();
    expect(text).toBe('{"a":1}');
  });
});
