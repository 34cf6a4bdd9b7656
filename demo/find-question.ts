import type { Conversation, NoticeEntry } from './conversation.ts';

/** The first question of a background task that nobody has answered yet. */
export function findQuestion({ entries }: Conversation): { id: string; text: string } | undefined {
  const open = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind === 'notice') {
      open.delete(entry.id);
      if (isQuestion(entry)) open.set(entry.id, readQuestion(entry));
    } else if (entry.kind === 'assistant') {
      for (const call of entry.calls) open.delete(String(call.arguments['task_id']));
    }
  }
  return [...open].map(([id, text]) => ({ id, text }))[0];
}

/** A task may also wait for a larger budget: no words are an answer to that. */
export function isQuestion({ status, text }: NoticeEntry): boolean {
  return status === 'waiting_input' && text.startsWith('It asks:');
}

export function readQuestion({ text }: NoticeEntry): string {
  return /^It asks:\n([^]*?)(?:\n\(It waits [^]*)?$/.exec(text)?.[1] ?? text;
}
