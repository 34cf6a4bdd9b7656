/**
 * How many calls the stack of an error in a workflow names. The SDK takes such a stack of every promise, for the stack
 * trace that the Temporal Web UI shows of a workflow that waits, and that is half of what a turn costs the thread of the
 * workflows; it has no switch, but each call fewer costs less. Of a promise the first two calls are the SDK's own. Five
 * is the least that names a place of ours for each wait, and the way to it: what waits for the one that waits has a
 * stack of its own there. A bug that blocks a workflow is told with its five innermost calls.
 *
 * It is loaded by the bundle before all else; from then on `Error` is frozen, for all workflows alike.
 */
Object.assign(Error, { stackTraceLimit: 5 });
