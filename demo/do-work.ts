/** A background agent at its task: it thinks, hands on what its own agents fit, saves what it writes, answers. */
import { relayNotice, tellMedia, WORK_DISCLOSURE, writeResult } from './answers.ts';
import { callNext } from './call-functions.ts';
import { findTool, freshEntries, ofKind } from './conversation.ts';
import type { Conversation, Thought } from './conversation.ts';
import { findQuestion } from './find-question.ts';
import { startWork } from './start-work.ts';
import { toTitle } from './words.ts';

const WRITES = /\b(?:write|draft|create|prepare|compose|save)\b/i;

/** What a task wants to be asked first, as in "ask me which year". */
const ASKS = /\bask (?:me|us|back)\b[\s,:]*([^.;\n]*?)(?:,? first)?(?=[.;\n]|$)/i;

/** What the engine writes below the words of a task. */
const BESIDE_THE_TASK = /\n\n(?=Variables: |Attachments:\n|<conversation>)/;

/** What this task is about, where it is a part of a larger request. */
const OWN_PART = /\n\nYour part: ([\s\S]+)$/;

const call = (name: string, given: Record<string, unknown>): Thought => ({
  text: '',
  calls: [{ name, arguments: given }],
});

export function doWork(conversation: Conversation): Thought {
  const users = ofKind(conversation.entries, 'user');
  const [task = ''] = (users[0]?.text ?? '').split(BESIDE_THE_TASK);
  const subject = OWN_PART.exec(task)?.[1] ?? task;
  const made = ofKind(conversation.entries, 'assistant').flatMap((entry) => entry.calls);
  const hasCalled = (name: string): boolean => made.some((call) => call.name === name);
  const mayCall = (name: string): boolean => !hasCalled(name) && findTool(conversation, name) !== undefined;
  if (mayCall('think'))
    return call('think', { thought: `The task is: ${toTitle(subject, 20)}. I take it step by step.` });
  const question = askBack(conversation, task, !hasCalled('ask_starter'));
  if (question !== null) return question;
  const functions = callNext(conversation, hasCalled);
  if (functions.length > 0) return { text: '', calls: functions };
  const hasStarted = hasCalled('run_background_agent') || hasCalled('transfer_task');
  const starts = hasStarted ? [] : startWork(conversation, task);
  if (starts.length > 0) return { text: '', calls: starts };
  const transferred = ofKind(freshEntries(conversation), 'result').filter(
    (result) => made.find((call) => call.id === result.call)?.name === 'transfer_task',
  );
  if (mayCall('report_progress'))
    return call('report_progress', { message: `Halfway: ${toTitle(subject)}`, percent: 50 });
  const ends = ofKind(conversation.entries, 'notice').filter(({ status }) => status !== 'waiting_input');
  const text = writeResult(
    subject,
    [
      ...users.flatMap((user) => (user.media.length > 0 ? [tellMedia(user.media)] : [])),
      ...users.slice(1).map((user) => user.text),
    ],
    [...ends.map(relayNotice), ...transferred.map((result) => result.text)],
  );
  if (WRITES.test(task) && mayCall('save_file')) {
    const stem = toTitle(subject, 4)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const content = `${WORK_DISCLOSURE}\n\n${text}\n`;
    return call('save_file', { name: `${stem || 'result'}.md`, media_type: 'text/markdown', content });
  }
  return { text: hasCalled('save_file') ? `${text}\n\nThe text is saved as a file.` : text, calls: [] };
}

/** Passes a question of its own agents on, and the answer back; else asks what its task says, once. */
function askBack(conversation: Conversation, task: string, isFirst: boolean): Thought | null {
  if (findTool(conversation, 'ask_starter') === undefined) return null;
  const question = findQuestion(conversation);
  const answer = ofKind(freshEntries(conversation), 'user').at(-1)?.text;
  if (question !== undefined && answer !== undefined)
    return call('message_background_agent', { task_id: question.id, message: answer });
  const asked = question?.text ?? (isFirst ? ASKS.exec(task)?.[1] : undefined);
  return asked === undefined
    ? null
    : call('ask_starter', { question: question?.text ?? `${toTitle(asked)}?` });
}
