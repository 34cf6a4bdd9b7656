import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { FIRST_TASK, researchInTasks, TASK_LIST } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name}, with a tool for each sub-agent`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)({ ...researchInTasks, ...question });

    it('starts the one that fits in the background, and says so', async () => {
      const user = 'Search the web for prices of heat pumps';
      const { calls } = await ask({ lines: [{ user }] });
      expect(calls.map((call) => [call.name, call.arguments])).toEqual([
        ['web_researcher', { task: user, background: true }],
      ]);
      const started = { result: `task_id: ${FIRST_TASK}`, call: calls[0]!.id };
      const { text } = await ask({ lines: [{ user }, { assistant: '', calls }, started] });
      expect(text).toContain('I have started web_researcher (“Search the web for prices of heat pumps”)');
    });

    it.each([
      ['Cancel the work on heat pumps', 'stop_task', { task_id: FIRST_TASK }],
      ['Wait for the heat pumps', 'get_task_result', { task_id: FIRST_TASK, wait: true }],
    ])('does what “%s” means by %s', async (user, tool, given) => {
      const { calls } = await ask({ lines: [{ user }] });
      expect(calls.map((call) => call.name)).toEqual(['list_tasks']);
      const listed = { result: TASK_LIST, call: calls[0]!.id };
      const acted = await ask({ lines: [{ user }, { assistant: '', calls }, listed] });
      expect(acted.calls.map((call) => [call.name, call.arguments])).toEqual([[tool, given]]);
    });

    it("hands over what is another one's, who answers the same words", async () => {
      const user = 'There is a mistake in my invoices';
      const { calls } = await ask({ lines: [{ user }] });
      expect(calls[0]).toMatchObject({ name: 'handoff', arguments: { agent: 'billing' } });
      const handed = { result: 'The conversation is handed over to billing.', call: calls[0]!.id };
      const next = await ask({ lines: [{ user }, { assistant: '', calls }, handed] });
      expect(next.calls).toEqual([]);
      expect(next.text).toContain('This is billing.');
      expect(next.text).toContain(user);
    });
  });
}
