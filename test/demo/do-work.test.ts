import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { clinic, workerTools } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name} works at a task`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)(question);

    it('thinks once, saves the document that its task asks for, and answers as demo output', async () => {
      const user = {
        user: 'Write a report about pump prices\n\nExpected output: a table\n\nAttachments:\n- a.pdf (application/pdf, id file_1)',
      };
      const thought = await ask({ tools: workerTools, lines: [user] });
      expect(thought.calls.map((call) => call.name)).toEqual(['think']);
      const afterThought = [
        user,
        { assistant: '', calls: thought.calls },
        { result: 'Noted.', call: thought.calls[0]!.id },
      ];
      const saved = await ask({ tools: workerTools, lines: afterThought });
      expect(saved.calls).toMatchObject([
        { name: 'save_file', arguments: { name: 'write-a-report-about.md' } },
      ]);
      const afterFile = [
        ...afterThought,
        { assistant: '', calls: saved.calls },
        { result: 'Saved.', call: saved.calls[0]!.id },
      ];
      const done = await ask({ tools: workerTools, lines: afterFile });
      expect(done.calls).toEqual([]);
      expect(done.text).toMatch(/^Demo output:/);
      expect(done.text).toContain('a table');
      expect(done.text).not.toContain('a.pdf');
      expect(done.text).toContain('saved as a file');
    });

    it('asks first what its task says, and takes the answer into account', async () => {
      const tools = workerTools.filter(({ name: tool }) => tool !== 'think');
      const user = { user: 'Compare two pumps, but ask me the budget first' };
      const asked = await ask({ tools, lines: [user] });
      expect(asked.calls).toMatchObject([{ name: 'ask_starter', arguments: { question: 'the budget?' } }]);
      const lines = [
        user,
        { assistant: '', calls: asked.calls },
        { result: 'Asked.', call: asked.calls[0]!.id },
        { user: 'Ten thousand' },
      ];
      expect((await ask({ tools, lines })).text).toContain('Taken into account: Ten thousand');
    });

    it('answers in text when tools are forbidden', async () => {
      const lines = [{ user: 'Call Anna Berg, Ben and Carla Diaz' }];
      const talk = await ask({ ...clinic, lines, toolChoice: 'none' });
      const work = await ask({ tools: workerTools, lines, toolChoice: 'none' });
      for (const answer of [talk, work]) {
        expect(answer.calls).toEqual([]);
        expect(answer.text).not.toBe('');
      }
    });
  });
}
