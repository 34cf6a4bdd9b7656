import type { ScheduleFollowUpArguments } from '../../protocol/schemas/tool-arguments.ts';
import { parseDuration } from '../duration.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';

const MOST_FOLLOW_UPS = 100;
const FARTHEST_MS = 366 * 24 * 3600 * 1000;

/** Answers an id at once; a durable timer gives the agent a turn. */
export function scheduleFollowUp({ state, ports, call }: ToolCallSituation): ToolAnswer {
  if (state.id.task !== null)
    return refuse('a task ends with its answer; only a conversation has later turns');
  const { message, after, at } = call.arguments as ScheduleFollowUpArguments;
  const now = ports.now();
  const nowWords = `It is ${new Date(now).toISOString()} now`;
  if ((after === undefined) === (at === undefined)) return refuse('give either after or at');
  if (state.followUps.length >= MOST_FOLLOW_UPS) {
    return refuse(`${MOST_FOLLOW_UPS} follow-ups wait already, which is the limit; cancel some`);
  }
  const delay = after === undefined ? null : parseDuration(after);
  const dueAt = at === undefined ? now + (delay ?? NaN) : Date.parse(at);
  if (Number.isNaN(dueAt)) {
    return refuse(
      `${JSON.stringify(at ?? after)} is not a time; write after as 90s, 2h or 3d, at as ISO 8601. ${nowWords}`,
    );
  }
  if (dueAt <= now) return refuse(`${JSON.stringify(at)} has passed. ${nowWords}`);
  if (dueAt - now > FARTHEST_MS) return refuse(`it may be a year ahead at most. ${nowWords}`);
  const id = ports.newMessageId().replace(/^msg_/, 'followup_');
  state.followUps.push({ id, message, scheduledAt: now, dueAt, isDue: false });
  ports.record({ type: 'followup.scheduled', followUp: id, dueAt });
  return { outcome: 'ok', text: `id: ${id}\ndue: ${new Date(dueAt).toISOString()}\n${nowWords}.` };
}

function refuse(why: string): ToolAnswer {
  return { outcome: 'error', text: `not scheduled: ${why}` };
}
