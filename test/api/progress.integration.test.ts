import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskSchema } from '../../protocol/schemas/resources.ts';
import { defer } from '../support/deferred.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStream } from './read-stream.ts';
import { startRealApi } from './real-api.ts';
import type { RealApi } from './real-api.ts';

let api: RealApi;
beforeAll(async () => {
  api = await startRealApi();
});
afterAll(() => api.close());

describe('the progress of a task', () => {
  it('is told live in the stream of the session, and stays in the task for those who come later', async () => {
    const gate = defer();
    const session = await api.open({
      researcher: [
        {
          call: [{ name: 'report_progress', arguments: { message: 'waits on\nthe pharmacy', percent: 40 } }],
        },
        { say: 'They open at nine.', after: gate.promise },
      ],
      root: [{ say: 'At nine.' }],
    });
    const stream = await openStream(`${api.url}${session}/events`);
    const before = (await api.readEvents(session)).length;
    const started = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Ask.' });
    const task = taskSchema.parse(started.body);
    const live = await waitFor(() =>
      stream.events.find(({ data }) => data.message === 'waits on the pharmacy'),
    );
    expect(live).toMatchObject({ id: undefined, data: { task: task.id, percent: 40 } });
    const progress = { message: 'waits on the pharmacy', percent: 40 };
    const path = `${session}/tasks/${task.id}`;
    const running = await waitFor(async () => {
      const { body } = await api.send('GET', path);
      return body.step === 2 ? body : null;
    });
    expect(running).toMatchObject({ progress, phase: 'model', currentTool: null });
    // In the session it is nobody's event: the start of the task is all that there is.
    const types = (await api.readEvents(session)).slice(before).map(({ type }) => type);
    expect(types).toEqual(['task.queued', 'task.started']);
    gate.resolve();
    await waitFor(async () => (await api.send('GET', path)).body.notice.state === 'spoken');
    expect(taskSchema.parse((await api.send('GET', path)).body).progress).toEqual(progress);
    stream.leave();
  });
});
