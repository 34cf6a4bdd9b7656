import { describe, expect, it } from '@jest/globals';
import { toAnthropicRequest } from '../../../activities/model/anthropic-request.ts';
import { toOpenAiRequest } from '../../../activities/model/openai-request.ts';
import { renderSystemPrompt } from '../../../activities/prompt/system-prompt.ts';
import { modelConfig, promptRequest } from '../../support/model-calls.ts';
import { outputOf } from '../../support/test-hooks.ts';
import { makeTeam } from '../../support/test-team.ts';

const output = { ...outputOf({ plan: { type: 'string' } }), name: 'the plan' };
const request = promptRequest({ output });

describe('an answer by a schema', () => {
  it('is asked of Chat Completions by the name that it takes', () => {
    expect(toOpenAiRequest(modelConfig(), request, true).response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'the_plan', strict: false, schema: output.schema },
    });
    expect(toOpenAiRequest(modelConfig(), promptRequest(), true)).not.toHaveProperty('response_format');
  });

  it.each([
    ['claude-sonnet-5-5', true],
    ['claude-haiku-4-5', true],
    ['claude-sonnet-4-0', false],
    ['minimax-m2', false],
  ])('is asked of Messages where the model takes it: %s', (model, isTaken) => {
    const body = toAnthropicRequest(modelConfig({ provider: 'anthropic', model }), request);
    const format = { type: 'json_schema', schema: { ...output.schema, additionalProperties: false } };
    expect(body.output_config?.format).toEqual(isTaken ? format : undefined);
  });

  it('stands beside the effort of the model, and is left out where Messages has no form for the schema', () => {
    const model = modelConfig({ provider: 'anthropic', model: 'claude-opus-4-7', thinkingBudget: 'high' });
    expect(toAnthropicRequest(model, request).output_config).toMatchObject({
      effort: 'high',
      format: { type: 'json_schema' },
    });
    const schema = { type: 'object', properties: { anything: {} } };
    const open = toAnthropicRequest(model, promptRequest({ output: { ...output, schema } }));
    expect(open.output_config).toEqual({ effort: 'high' });
  });

  it('is described to every model', () => {
    const team = makeTeam({ finder: { structuredOutput: output } });
    const prompt = renderSystemPrompt(team, team.agents['finder']!, { isTask: true, date: '2026-01-01' });
    expect(prompt).toContain(`by this JSON Schema:\n${JSON.stringify(output.schema)}`);
  });
});
