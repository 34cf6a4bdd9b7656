/** What arrives over a bus between processes is checked: another version, or somebody else, may have sent it. */
import { z } from 'zod';
import type { ControlMessage, LiveMessage } from '../live.ts';

const turn = z.number();
const step = z.number();
const attempt = z.number();

export const liveMessageSchema: z.ZodType<LiveMessage> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('poke'), offset: z.number(), endsTurn: z.boolean().exactOptional() }),
  z.object({
    ...{ type: z.literal('delta'), turn, step, attempt, text: z.string() },
    kind: z.enum(['text', 'thinking', 'arguments']),
    call: z.string().exactOptional(),
  }),
  z.object({ type: z.literal('attempt.reset'), turn, step, attempt, reason: z.string() }),
  z.object({
    ...{ type: z.literal('task.progress'), task: z.string(), phase: z.string(), step },
    tool: z.string().nullable(),
    message: z.string().nullable(),
    percent: z.number().nullable(),
  }),
]);

export const controlMessageSchema: z.ZodType<ControlMessage> = z.object({
  type: z.literal('abort'),
  turn: turn.nullable(),
});
