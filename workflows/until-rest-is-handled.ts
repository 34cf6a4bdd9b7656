import { condition } from '@temporalio/workflow';

/** How many waits for one another an end of an activity may go through before it is settled what comes of it. */
const ROUNDS = 3;

/**
 * Until what came along with an update has been taken in: ends of activities, timers and tasks. A worker that takes a
 * workflow up from its history may be given an update together with what earlier workflow tasks had brought, where those
 * had nothing to command; the SDK then runs the update first, and on the next replay last. So that both have one order,
 * an update waits for all that was there before it. Microtasks run when all of an activation's jobs have, and conditions
 * are looked at when the microtasks have.
 */
export async function untilRestIsHandled(): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    let isLater = false;
    void Promise.resolve().then(() => {
      isLater = true;
    });
    await condition(() => isLater);
  }
}
