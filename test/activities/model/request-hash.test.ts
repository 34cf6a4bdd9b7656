import { describe, expect, it } from '@jest/globals';
import { hashRequest } from '../../../activities/model/request-hash.ts';
import { modelConfig, promptRequest, userSays } from '../../support/model-calls.ts';

const withImage = (base64: string) =>
  promptRequest({
    messages: [
      { role: 'user', parts: [{ type: 'image', mediaType: 'image/png', source: { base64, name: 'a.png' } }] },
    ],
  });

describe('the hash of a request', () => {
  it('is the same for the same request, whatever the order of its keys', () => {
    const { system, messages, tools, toolChoice } = promptRequest();
    expect(hashRequest(modelConfig(), { toolChoice, tools, messages, system })).toBe(
      hashRequest(modelConfig(), promptRequest()),
    );
    expect(hashRequest(modelConfig(), promptRequest())).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs with anything that the model is asked or asked with', () => {
    const hashes = [
      hashRequest(modelConfig(), promptRequest()),
      hashRequest(modelConfig({ model: 'gpt-4o-mini' }), promptRequest()),
      hashRequest(modelConfig({ temperature: 0.5 }), promptRequest()),
      hashRequest(modelConfig(), promptRequest({ messages: [userSays('Hello?')] })),
      hashRequest(modelConfig(), promptRequest({ toolChoice: 'none' })),
      hashRequest(modelConfig(), withImage('AAAA')),
      hashRequest(modelConfig(), withImage('AAAB')),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
