/** What has to be ended, newest last. */
export type Ends = (() => Promise<void> | void)[];

/**
 * Starts parts that depend on one another. `stop` ends them in the opposite order, as a failed start does: all of them, and
 * rejects with the first failure when it has tried the rest.
 */
export async function startWithEnds<T>(
  start: (ends: Ends) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const ends: Ends = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return { ...(await start(ends)), stop };
  } catch (error) {
    // Why it did not start says more than what came of it.
    await stop().catch(() => undefined);
    throw error;
  }
}
