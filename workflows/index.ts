/** The bundle's entry: the workflow types, by the names that the Temporal Web UI shows. */
export { session } from './session.ts';
export { task } from './task.ts';
export { preSession } from './pre-session.ts';
export { postSession } from './post-session.ts';
