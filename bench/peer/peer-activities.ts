/** The peer's one activity: the same model call over HTTP, and nothing else. */
import { OpenAI } from 'openai';

export interface PeerActivities {
  callModel(call: { model: string; text: string }): Promise<string>;
}

export function createPeerActivities(baseURL: string): PeerActivities {
  const client = new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });
  return {
    async callModel({ model, text }) {
      const messages = [{ role: 'user' as const, content: text }];
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      let said = '';
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? '';
      return said;
    },
  };
}
