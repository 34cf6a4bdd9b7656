/** What somebody would write who wants a durable answer and nothing more: an update, an activity; children. */
import { condition, defineUpdate, executeChild, proxyActivities, setHandler } from '@temporalio/workflow';
import type { PeerActivities } from './peer-activities.ts';

const { callModel } = proxyActivities<PeerActivities>({ startToCloseTimeout: '10m' });

export const askUpdate = defineUpdate<string, [string]>('ask');
/** The model says how many; that many children run, and the answer comes when all of them have ended. */
export const fanOutUpdate = defineUpdate<number, [{ count: number; model: string; taskQueue: string }]>(
  'fanOut',
);
const endUpdate = defineUpdate('end');

export async function bareSession(model: string): Promise<void> {
  let isOver = false;
  setHandler(askUpdate, (text) => callModel({ model, text }));
  setHandler(fanOutUpdate, async ({ count, model: childModel, taskQueue }) => {
    await callModel({ model, text: 'How many?' });
    const children = Array.from({ length: count }, () =>
      executeChild(bareTask, { args: [childModel], taskQueue }),
    );
    return (await Promise.all(children)).length;
  });
  setHandler(endUpdate, () => {
    isOver = true;
  });
  await condition(() => isOver);
}

export async function bareTask(model: string): Promise<string> {
  return callModel({ model, text: 'Do your work.' });
}
