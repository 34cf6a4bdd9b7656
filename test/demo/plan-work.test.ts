import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDemoModel } from '../../demo/server.ts';
import type { DemoModel } from '../../demo/server.ts';
import { clients } from './demo-client.ts';
import type { Ask } from './demo-client.ts';
import { clinic, FIRST_TASK, research, transferTools } from './teams.ts';

let demo: DemoModel;
beforeAll(async () => {
  demo = await startDemoModel({ talkDelayMs: 0, workDelayMs: 0 });
});
afterAll(() => demo.stop());

for (const [name, connect] of clients) {
  describe(`the demo model over ${name} starts work`, () => {
    const ask: Ask = (question) => connect(demo.baseUrl)(question);

    it('starts the agent that fits, and then says what was started', async () => {
      const user = { user: 'Please write a letter to Dr. Weber about the new dose' };
      const started = await ask({ ...clinic, lines: [user] });
      expect(started.calls.map((call) => [call.name, call.arguments['agent']])).toEqual([
        ['run_background_agent', 'letter_writer'],
      ]);
      const told = await ask({
        ...clinic,
        lines: [
          user,
          { assistant: started.text, calls: started.calls },
          { result: `task_id: ${FIRST_TASK}\nstatus: running`, call: started.calls[0]!.id },
        ],
      });
      expect(told.calls).toEqual([]);
      expect(told.text).toMatch(/I have started letter_writer \(“.*letter.*”\).* report back/);
    });

    it('starts both agents of the research team for a question that touches both', async () => {
      const user = 'What does the web say about our slow queries, and what does the code do there?';
      const { calls } = await ask({ ...research, lines: [{ user }] });
      expect(calls.map((call) => call.arguments['agent']).sort()).toEqual(['code_analyst', 'web_researcher']);
    });

    it('takes names that a question is about for one piece of work', async () => {
      const user = 'Research how SQLite and Redis keep data, and analyse what that means for our code.';
      const { calls } = await ask({ ...research, lines: [{ user }] });
      expect(calls.map((call) => call.arguments['agent'])).toEqual(['web_researcher', 'code_analyst']);
    });

    it('starts the first agent for work that fits no description', async () => {
      const { calls } = await ask({ ...research, lines: [{ user: 'How tall is the Eiffel Tower?' }] });
      expect(calls.map((call) => call.arguments['agent'])).toEqual(['web_researcher']);
    });

    it('gives each part of a message to the agent that fits it', async () => {
      const user = 'Describe the scan of the knee and write a letter to the surgeon';
      const { calls } = await ask({ ...clinic, lines: [{ user }] });
      expect(calls.map((call) => [call.arguments['agent'], call.arguments['task']])).toEqual([
        ['image_reader', `${user}\n\nYour part: Describe the scan of the knee`],
        ['letter_writer', `${user}\n\nYour part: write a letter to the surgeon`],
      ]);
    });

    it.each([
      ['names', 'Call Anna Berg, Ben and Carla Diaz'],
      ['a list after a colon', 'Please call each of these patients: Anna Berg, Ben and Carla Diaz.'],
      ['bullets', 'Call these people:\n- Anna Berg\n- Ben\n- Carla Diaz'],
    ])('starts one task for each item of %s', async (_form, user) => {
      const { calls } = await ask({ ...clinic, lines: [{ user }] });
      expect(calls.map((call) => [call.arguments['agent'], call.arguments['title']])).toEqual([
        ['caller', 'Anna Berg'],
        ['caller', 'Ben'],
        ['caller', 'Carla Diaz'],
      ]);
    });

    it('tells the task of one item nothing of the others', async () => {
      const user = 'Call these people of ward 3:\n- Anna Berg, knee\n- Ben, heart';
      const { calls } = await ask({ ...clinic, lines: [{ user }] });
      expect(calls.map((call) => call.arguments['task'])).toEqual([
        'Call these people of ward 3:\n- Anna Berg, knee\n\nYour part: Anna Berg, knee',
        'Call these people of ward 3:\n- Ben, heart\n\nYour part: Ben, heart',
      ]);
    });

    it('says which images and documents it got, and hands on the files that the message names', async () => {
      const user = {
        user: 'Describe this photo, and file_0123456789abcdef too',
        label: '[attached: file_fedcba9876543210, a.png, image/png]',
        image: 'https://example.org/a.png',
        pdf: 'b.pdf',
      };
      const { text, calls } = await ask({ ...clinic, lines: [user] });
      expect(text).toContain('I received an image and a document b.pdf.');
      expect(calls[0]!.arguments).toMatchObject({
        agent: 'image_reader',
        attachments: ['file_fedcba9876543210', 'file_0123456789abcdef'],
      });
    });

    it('transfers work where only a transfer is offered, and tells the answer', async () => {
      const lines = [{ user: 'Check the invoices of May' }];
      const { calls } = await ask({ tools: transferTools, lines });
      expect(calls).toMatchObject([{ name: 'transfer_task', arguments: { agent: 'billing' } }]);
      const result = { result: 'All are paid.', call: calls[0]!.id };
      const told = await ask({ tools: transferTools, lines: [...lines, { assistant: '', calls }, result] });
      expect(told.text).toContain('billing answered:\n\nAll are paid.');
    });
  });
}
