import { condition } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes.js';

/** How many waits for one another an end of an activity may go through before it is settled what comes of it. */
const ROUNDS = 3;

/**
 * Until what came along with an update has been taken in: ends of activities, timers and tasks. A worker that takes a
 * workflow up from its history may be given an update together with what earlier workflow tasks had brought, where those
 * had nothing to command; the SDK then runs the update first, and on the next replay last. So that both have one order,
 * an update waits for all that may have been there before it.
 */
export async function untilRestIsHandled(): Promise<void> {
  if (!isAnythingOpen()) return;
  // Microtasks run when all of an activation's jobs have, and conditions are looked at when the microtasks have.
  await Promise.resolve();
  for (let round = 0; round < ROUNDS; round += 1) await condition(atSecondLook());
}

/**
 * Whether something that this run has asked for has not ended yet: only its end can have come along. Most updates come
 * to a conversation that is idle, and wait for nothing. (Signals run before updates in both orders, and their handlers
 * have recorded by then what they have to say.)
 */
function isAnythingOpen(): boolean {
  return Object.values(getActivator().completions).some(({ size }) => size > 0);
}

/** `condition` looks at once, and the SDK again after the microtasks. */
function atSecondLook(): () => boolean {
  let looks = 0;
  return () => {
    looks += 1;
    return looks > 1;
  };
}
