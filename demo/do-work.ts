/** A background agent at its task: it thinks, hands on what its own agents fit, saves what it writes, answers. */
import { relayNotice, tellMedia, WORK_DISCLOSURE, writeResult } from './answers.ts';
import { findTool, freshEntries, ofKind } from './conversation.ts';
import type { Conversation, Thought } from './conversation.ts';
import { startWork } from './start-work.ts';
import { toTitle } from './words.ts';

const WRITES = /\b(?:write|draft|create|prepare|compose|save)\b/i;

/** What the engine writes below the words of a task. */
const BESIDE_THE_TASK = /\n\n(?=Variables: |Attachments:\n|<conversation>)/;

/** What this task is about, where it is a part of a larger request. */
const OWN_PART = /\n\nYour part: ([\s\S]+)$/;

export function doWork(conversation: Conversation): Thought {
  const users = ofKind(conversation.entries, 'user');
  const [task = ''] = (users[0]?.text ?? '').split(BESIDE_THE_TASK);
  const subject = OWN_PART.exec(task)?.[1] ?? task;
  const made = ofKind(conversation.entries, 'assistant').flatMap((entry) => entry.calls);
  const hasCalled = (name: string): boolean => made.some((call) => call.name === name);
  const mayCall = (name: string): boolean => !hasCalled(name) && findTool(conversation, name) !== undefined;
  if (mayCall('think')) {
    const thought = `The task is: ${toTitle(subject, 20)}. I take it step by step.`;
    return { text: '', calls: [{ name: 'think', arguments: { thought } }] };
  }
  const hasStarted = hasCalled('run_background_agent') || hasCalled('transfer_task');
  const starts = hasStarted ? [] : startWork(conversation, task);
  if (starts.length > 0) return { text: '', calls: starts };
  const transferred = ofKind(freshEntries(conversation), 'result').filter(
    (result) => made.find((call) => call.id === result.call)?.name === 'transfer_task',
  );
  if (mayCall('report_progress')) {
    const progress = { message: `Halfway: ${toTitle(subject)}`, percent: 50 };
    return { text: '', calls: [{ name: 'report_progress', arguments: progress }] };
  }
  const text = writeResult(
    subject,
    [
      ...users.flatMap((user) => (user.media.length > 0 ? [tellMedia(user.media)] : [])),
      ...users.slice(1).map((user) => user.text),
    ],
    [...ofKind(conversation.entries, 'notice').map(relayNotice), ...transferred.map((result) => result.text)],
  );
  if (WRITES.test(task) && mayCall('save_file')) {
    const stem = toTitle(subject, 4)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const file = {
      name: `${stem || 'result'}.md`,
      media_type: 'text/markdown',
      content: `${WORK_DISCLOSURE}\n\n${text}\n`,
    };
    return { text: '', calls: [{ name: 'save_file', arguments: file }] };
  }
  return { text: hasCalled('save_file') ? `${text}\n\nThe text is saved as a file.` : text, calls: [] };
}
