import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { clinic, FIRST_TASK, listCall, research, SECOND_TASK, TASK_LIST } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name} looks after tasks`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)(question);

    it('tells what runs when it is asked', async () => {
      const lines = [{ user: 'How is it going?' }];
      const asked = await ask({ ...research, lines });
      expect(asked.calls.map((call) => call.name)).toEqual(['list_background_agents']);
      const told = await ask({
        ...research,
        lines: [...lines, { assistant: '', calls: [listCall] }, { result: TASK_LIST, call: listCall.id }],
      });
      expect(told.calls).toEqual([]);
      expect(told.text).toContain('- Prices of heat pumps (web_researcher): running, 4 s\n- Slow queries (');
    });

    it.each([
      ['Cancel the background work on heat pumps', 'stop_background_agent', { task_id: FIRST_TASK }],
      ['Wrap up the work on heat pumps', 'stop_background_agent', { task_id: FIRST_TASK, mode: 'wrap_up' }],
      ['Show me what the code analyst has', 'view_background_agent', { task_id: SECOND_TASK }],
      [
        'Please tell the code analyst that version 3 matters most',
        'message_background_agent',
        { task_id: SECOND_TASK, message: 'version 3 matters most' },
      ],
      ['Wait for all of them', 'wait_background_agents', { task_ids: [FIRST_TASK, SECOND_TASK] }],
    ])('finds the task that “%s” means and calls %s', async (user, name, given) => {
      const asked = await ask({ ...research, lines: [{ user }] });
      expect(asked.calls.map((call) => call.name)).toEqual(['list_background_agents']);
      const listed = [
        { user },
        { assistant: '', calls: [listCall] },
        { result: TASK_LIST, call: listCall.id },
      ];
      const acted = await ask({ ...research, lines: listed });
      expect(acted.calls.map((call) => [call.name, call.arguments])).toEqual([[name, given]]);
      const lines = [
        ...listed,
        { assistant: '', calls: acted.calls },
        { result: 'The receipt.', call: acted.calls[0]!.id },
      ];
      const told = await ask({ ...research, lines });
      expect(told.calls).toEqual([]);
      expect(told.text).not.toBe('');
    });

    it('tells an error of a tool in its words', async () => {
      const user = `Stop ${FIRST_TASK}`;
      const { calls } = await ask({ ...research, lines: [{ user }] });
      expect(calls[0]).toMatchObject({ name: 'stop_background_agent', arguments: { task_id: FIRST_TASK } });
      const result = { result: `task not found: ${FIRST_TASK}`, call: calls[0]!.id, isError: true };
      const told = await ask({ ...research, lines: [{ user }, { assistant: '', calls }, result] });
      expect(told.text).toContain(`That did not work: task not found: ${FIRST_TASK}`);
    });

    it('says that nothing runs when there is nothing to stop', async () => {
      const result = { result: 'No background agents have been started.', call: listCall.id };
      const lines = [{ user: 'Stop it' }, { assistant: '', calls: [listCall] }, result];
      const { text, calls } = await ask({ ...research, lines });
      expect(calls).toEqual([]);
      expect(text).toContain('There is no background task to stop.');
    });

    it('tells the results that it waited for', async () => {
      const wait = { id: 'call_wait', name: 'wait_background_agents', arguments: { task_ids: [FIRST_TASK] } };
      const task = {
        task_id: FIRST_TASK,
        agent: 'caller',
        title: 'Anna',
        status: 'completed',
        result: 'She said yes.',
      };
      const result = { result: JSON.stringify({ tasks: [task], timed_out: false }), call: wait.id };
      const { text } = await ask({
        ...clinic,
        lines: [{ user: 'Wait for it' }, { assistant: '', calls: [wait] }, result],
      });
      expect(text).toContain('caller (“Anna”): completed\n\nShe said yes.');
    });
  });
}
