/** What has to be ended, newest last. */
export type Ends = (() => Promise<void> | void)[];

/** Starts parts that depend on one another. `stop` ends them in the opposite order, as a failed start does. */
export async function startWithEnds<T>(
  start: (ends: Ends) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const ends: Ends = [];
  const stop = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
  };
  try {
    return { ...(await start(ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
