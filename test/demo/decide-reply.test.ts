import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { builtInTools, clinic, FIRST_TASK, todoTools } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name} talks`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)(question);

    it('says in the first answer of a conversation, and only there, that it is the demo model', async () => {
      const first = await ask({ ...clinic, lines: [{ user: 'Hello' }] });
      expect(first.text).toMatch(/demo model/);
      expect(first.text).toContain('- caller: Calls a patient');
      const second = await ask({
        ...clinic,
        lines: [{ user: 'Hello' }, { assistant: first.text }, { user: 'Thanks' }],
      });
      expect(second.text).toMatch(/^You are welcome/);
      expect(second.text).not.toMatch(/demo model/);
      expect(second.calls).toEqual([]);
    });

    it('answers a plain question at once, without a task', async () => {
      const answer = await ask({ ...clinic, lines: [{ user: 'Is it Tuesday?' }] });
      expect(answer.calls).toEqual([]);
      expect(answer.text).toContain('Is it Tuesday?');
    });

    it('comes back at a time, or not, and ends the session, where it has the functions for it', async () => {
      const desk = { ...clinic, tools: [...clinic.tools, ...builtInTools] };
      const lines = [{ user: 'Remind me in 5 minutes to bring my card.' }];
      const later = await ask({ ...desk, lines });
      const message = 'Remind me in 5 minutes to bring my card.';
      expect(later.calls).toMatchObject([
        { name: 'schedule_follow_up', arguments: { message, after: '5m' } },
      ]);
      const scheduled = [
        ...lines,
        { assistant: '', calls: later.calls },
        { call: later.calls[0]?.id ?? '', result: 'id: followup_1\ndue: soon' },
      ];
      expect((await ask({ ...desk, lines: scheduled })).text).toContain('I come back to you then:');
      const told = [...scheduled, { assistant: 'Noted.' }];
      const due = `<system_notice>The time of your follow-up followup_1 has come. What you wanted to be told (you wrote it at 2026-01-01T00:00:00.000Z): ${message}</system_notice>`;
      expect((await ask({ ...desk, lines: [...told, { user: due }] })).text).toContain(`“${message}”`);
      const dropped = await ask({ ...desk, lines: [...told, { user: 'Please cancel the reminder.' }] });
      expect(dropped.calls).toMatchObject([{ name: 'cancel_follow_up', arguments: { id: 'followup_1' } }]);
      const left = await ask({ ...desk, lines: [...told, { user: 'Thanks, that is all.' }] });
      expect(left.calls).toMatchObject([{ name: 'end_session' }]);
      expect(left.text).toContain('Goodbye!');
      expect((await ask({ ...clinic, lines: [{ user: 'Bye' }] })).calls).toEqual([]);
    });

    it.each(['completed', 'failed', 'cancelled'])('tells unasked that a task is %s', async (status) => {
      const notice = `<background_task id="${FIRST_TASK}" agent="caller" title="Call &quot;Anna&quot;" status="${status}">\nShe said yes.\n</background_task>`;
      const { text, calls } = await ask({
        ...clinic,
        lines: [{ user: 'Call Anna Berg' }, { assistant: 'Started.' }, { user: notice }],
      });
      expect(calls).toEqual([]);
      expect(text).toContain('The task “Call "Anna"” of caller');
      expect(text).toContain('She said yes.');
      expect(text).toMatch({ completed: /is done/, failed: /has failed/, cancelled: /was stopped/ }[status]!);
    });

    it('relays the question of a task, and passes on what the user says to it', async () => {
      const notice = `<background_task id="${FIRST_TASK}" agent="caller" title="Call Anna" status="waiting_input">\nIt asks:\nWhich Anna?\n(It waits for the answer.)\n</background_task>`;
      const lines = [{ user: 'Call Anna' }, { assistant: 'Started.' }, { user: notice }];
      const relayed = await ask({ ...clinic, lines });
      expect(relayed.text).toContain('“Call Anna” of caller asks:\n\nWhich Anna?\n\nTell me');
      const later = [...lines, { assistant: relayed.text }, { user: 'Is it Tuesday?' }];
      const passed = await ask({ ...clinic, lines: later });
      const answer = { task_id: FIRST_TASK, message: 'Is it Tuesday?' };
      expect(passed.calls).toMatchObject([{ name: 'message_background_agent', arguments: answer }]);
      const after = [
        ...later,
        { assistant: '', calls: passed.calls },
        { result: 'Accepted.', call: passed.calls[0]!.id },
        { assistant: 'I passed that on.' },
        { user: 'The one in Graz' },
      ];
      expect((await ask({ ...clinic, lines: after })).calls).toEqual([]);
    });

    it('says of a task that it needs a larger budget, or is slow, and takes no words for an answer to it', async () => {
      const tell = (status: string, body: string) =>
        `<background_task id="${FIRST_TASK}" agent="caller" title="Call Anna" status="${status}">\n${body}\nTell the user.\n</background_task>`;
      const begun = [{ user: 'Call Anna' }, { assistant: 'Started.' }];
      const short = {
        user: tell(
          'waiting_input',
          'Its budget does not allow another step: 9 tokens of the 9 tokens are used.',
        ),
      };
      const needs = await ask({ ...clinic, lines: [...begun, short] });
      expect(needs.text).toMatch(
        /“Call Anna” of caller needs a larger budget:[^]*9 tokens[^]*You alone can extend it/,
      );
      expect(needs.text).not.toContain('Tell the user.');
      const later = [...begun, short, { assistant: needs.text }, { user: 'Is it Tuesday?' }];
      expect((await ask({ ...clinic, lines: later })).calls).toEqual([]);
      const slow = { user: tell('running', 'It is still at work.') };
      expect((await ask({ ...clinic, lines: [...begun, slow] })).text).toContain(
        'takes its time:\n\nIt is still at work.',
      );
    });

    it('writes a to-do list where it is asked for one', async () => {
      const { calls } = await ask({
        tools: todoTools,
        lines: [{ user: 'Make a to-do list for today:\n- milk\n- bread' }],
      });
      expect(calls).toMatchObject([{ name: 'create_todos', arguments: { descriptions: ['milk', 'bread'] } }]);
    });
  });
}
