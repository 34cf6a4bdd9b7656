/** What a running model call says, on its way to those who watch: deltas to the bus, the text so far to the store. */
import type { Bus } from '../bus/bus.ts';
import { toLiveTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { DeltaKind } from '../protocol/live.ts';
import type { Store } from '../storage/store.ts';

/** Spec: "the running call flushes it to the store every second or two". */
const FLUSH_INTERVAL_MS = 1_500;

export interface ModelStream {
  /** The text of the attempt that is under way. */
  text(): string;
  onDelta(kind: DeltaKind, text: string, call?: string): void;
  /** What was streamed is void. */
  reset(reason: string): void;
  close(): void;
}

export interface StreamedCall extends ConversationId {
  turn: number;
  step: number;
  attempt: number;
}

export function openModelStream(
  { store, bus }: { store: Store; bus: Bus },
  { turn, step, attempt, ...conversation }: StreamedCall,
): ModelStream {
  const topic = toLiveTopic(conversation);
  let current = attempt;
  let text = '';
  let flushed = '';
  const timer = setInterval(() => {
    if (text === flushed) return;
    flushed = text;
    // A flush that fails loses a second of what a viewer sees, nothing else.
    store.partials.flush(conversation, { turn, step, attempt: current, text }).catch(() => undefined);
  }, FLUSH_INTERVAL_MS);

  function reset(reason: string): void {
    bus.publish(topic, { type: 'attempt.reset', turn, step, attempt: current, reason });
    text = '';
  }

  // An earlier attempt may have streamed before its worker died: its readers have to forget that.
  if (attempt > 1) reset('the call is tried again');
  return {
    text: () => text,
    onDelta(kind, piece, call) {
      if (kind === 'text') text += piece;
      const delta = { type: 'delta' as const, turn, step, attempt: current, kind, text: piece };
      bus.publish(topic, call === undefined ? delta : { ...delta, call });
    },
    reset(reason) {
      current += 1;
      reset(reason);
    },
    close: () => clearInterval(timer),
  };
}
