/** What a person says for the built-in functions of a conversation: a leave, a later time, and that it is not wanted any more. */
import { findTool, ofKind } from './conversation.ts';
import type { Conversation, Thought } from './conversation.ts';
import { toHead } from './words.ts';

const LEAVE =
  /\b(?:good-?bye|bye|that(?: is|'s|’s| was) all|end (?:the|this) (?:session|conversation|call))\b/i;
const LATER =
  /\b(?:remind|call|ask|tell|write|come back|get back)\b.*?\bin (an?|one|\d+) (second|minute|hour|day)s?\b/i;
const NOT_ANY_MORE =
  /\b(?:cancel|forget|drop|no|not)\b.*\b(?:reminder|follow-?up|remind(?:ed)?|call(?:ed)? back)\b/i;
const FOLLOW_UP = /\bfollowup_\w+/g;
const DUE =
  /^<system_notice>The time of your follow-up \S+ has come\. [^:]*\([^)]*\): ([\s\S]*)<\/system_notice>$/;

/** Null: the words ask for none of these, or the agent has not got them. */
export function useBuiltIn(conversation: Conversation, text: string): Thought | null {
  const has = (name: string): boolean => findTool(conversation, name) !== undefined;
  const call = (name: string, given: Record<string, unknown>, words = ''): Thought => ({
    text: words,
    calls: [{ name, arguments: given }],
  });
  const known = findFollowUp(conversation);
  if (has('cancel_follow_up') && known !== undefined && NOT_ANY_MORE.test(text))
    return call('cancel_follow_up', { id: known });
  const [, count = '', unit = ''] = LATER.exec(text) ?? [];
  if (has('schedule_follow_up') && unit !== '') {
    const after = `${/^\d+$/.test(count) ? count : 1}${unit.slice(0, 1).toLowerCase()}`;
    return call('schedule_follow_up', { message: toHead(text, 200), after });
  }
  if (!has('end_session') || !LEAVE.test(text)) return null;
  return call('end_session', { reason: 'the user took leave' }, 'Goodbye!');
}

/** The one that was scheduled last. */
function findFollowUp({ entries }: Conversation): string | undefined {
  const texts = ofKind(entries, 'result').map(({ text }) => text);
  return texts.flatMap((text) => text.match(FOLLOW_UP) ?? []).at(-1);
}

/** What a note says of a time that has come; nothing where it says something else. */
export function tellDue(note: string): string {
  const [, message] = DUE.exec(note.trim()) ?? [];
  return message === undefined ? '' : `It is time. You wanted to hear: “${message.trim()}”`;
}
