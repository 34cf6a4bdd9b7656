import { describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { NO_USAGE } from '../../protocol/content.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { TaskReport } from '../../protocol/task.ts';
import { createReportToStarter } from '../../workers/report-to-starter.ts';
import { runInActivity } from '../support/run-in-activity.ts';

const starter = { workspace: 'default', session: 'ses_1', task: null };
const report: TaskReport = {
  ...{ task: 'agent_task_1', status: 'completed', partial: false, usage: NO_USAGE, error: null },
  ...{ startedAt: 1, endedAt: 2, files: 0, resultSize: 5, stopped: [] },
};

/** Its handles signal so. */
function clientThat(signal: (...call: unknown[]) => Promise<void>): Client {
  const getHandle = (...id: unknown[]) => ({ signal: (...sent: unknown[]) => signal(...id, ...sent) });
  const run = (_limit: unknown, call: () => Promise<void>) => call();
  return { workflow: { getHandle }, withDeadline: run, withAbortSignal: run } as unknown as Client;
}

const tell = (client: Client, to: ConversationId = starter) =>
  runInActivity(() => createReportToStarter(client)(to, report));

describe('the report of a task', () => {
  it('goes to the workflow of its starter, whichever of its runs is there', async () => {
    const sent: unknown[][] = [];
    const client = clientThat((...call) => Promise.resolve(void sent.push(call)));
    await tell(client);
    await tell(client, { ...starter, task: 'agent_task_0' });
    expect(sent).toEqual([
      ['ws/default/session/ses_1', 'taskReport', report],
      ['ws/default/session/ses_1/task/agent_task_0', 'taskReport', report],
    ]);
  });

  it('needs nobody who is over', async () => {
    const gone = new WorkflowNotFoundError('gone', 'ws/default/session/ses_1', undefined);
    await tell(clientThat(() => Promise.reject(gone)));
  });

  it('is not lost while the server is away: the activity is tried again', async () => {
    const away = new ServiceError('away');
    await expect(tell(clientThat(() => Promise.reject(away)))).rejects.toBe(away);
  });
});
