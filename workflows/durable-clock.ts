/** The one place where a workflow reads the time: in the sandbox it is the time of the workflow task, replayed. */
export function now(): number {
  return Date.now();
}
