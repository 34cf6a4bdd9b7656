import { toLiveTopic } from '../bus/bus.ts';
import type { Bus } from '../bus/bus.ts';
import type { OffstageSinks } from '../workflows/sinks.ts';

/**
 * The pokes of one activation come one after the other, a hint for each event. Readers ask for all that there is, so they
 * are told of the last one alone, and of the last that ends a turn: for each, every process that listens is woken.
 */
export function createPoker(bus: Pick<Bus, 'publish'>): OffstageSinks['offstage']['poke'] {
  const waiting = new Map<ReturnType<typeof toLiveTopic>, { offset: number; end: number | null }>();
  const tell = (): void => {
    for (const [topic, { offset, end }] of waiting) {
      if (end !== null) bus.publish(topic, { type: 'poke', offset: end, endsTurn: true });
      if (offset !== end) bus.publish(topic, { type: 'poke', offset, endsTurn: false });
    }
    waiting.clear();
  };
  return (conversation, offset, endsTurn) => {
    if (waiting.size === 0) queueMicrotask(tell);
    const topic = toLiveTopic(conversation);
    waiting.set(topic, { offset, end: endsTurn ? offset : (waiting.get(topic)?.end ?? null) });
  };
}
