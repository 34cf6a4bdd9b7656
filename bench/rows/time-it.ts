import { readClock } from '../monotonic-clock.ts';

/** Milliseconds until it has ended. */
export async function timeIt(run: () => Promise<unknown>): Promise<number> {
  const begin = readClock();
  await run();
  return readClock() - begin;
}

/** Runs each of them in turn, the first one first in every other round, and gives the milliseconds of each. */
export async function alternate(
  rounds: number,
  first: (round: number) => Promise<number>,
  second: (round: number) => Promise<number>,
): Promise<{ first: number[]; second: number[] }> {
  const samples = { first: [] as number[], second: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const takeFirst = async (): Promise<unknown> => samples.first.push(await first(round));
    const takeSecond = async (): Promise<unknown> => samples.second.push(await second(round));
    const order = round % 2 === 0 ? [takeFirst, takeSecond] : [takeSecond, takeFirst];
    for (const take of order) await take();
  }
  return samples;
}
