/** What the scripted model answers: it follows from the request alone, and names each thing that it answers once. */
import { ofKind } from '../../demo/conversation.ts';
import type { Conversation, Entry } from '../../demo/conversation.ts';
import type { ScriptedCall } from '../support/scripted-openai.ts';
import { readDirectives, readTags, writeDirective } from './directive.ts';
import type { Directive, Trouble, Verb } from './directive.ts';

export interface Decision {
  text: string;
  calls: ScriptedCall[];
  /** Of the messages and tasks that this request is the first to read. */
  tags: string[];
  troubles: Trouble[];
}

/** Long enough for a stream that can be cut in its middle. */
const PADDING = 'Here are a few more words, so that the answer comes in pieces.';

export function decideAnswer(conversation: Conversation): Decision {
  const fresh = freshEntries(conversation);
  const directives = ofKind(fresh, 'user').flatMap(({ text }) => readDirectives(text));
  const work = findWork(conversation);
  const { words, calls } = work === null ? converse(conversation, directives) : goOn(conversation, work);
  return {
    text: words.length === 0 ? '' : `${words.join(' ')} ${PADDING}`,
    calls,
    tags: directives.map(({ tag }) => tag),
    // Where a task is started, its troubles are its own.
    troubles: directives.filter(({ verb }) => !isHandedOn(verb)).flatMap(({ troubles }) => troubles),
  };
}

/** What came after the model's last word, or after the word that it could not be asked. */
function freshEntries({ entries }: Conversation): Entry[] {
  const last = entries.findLastIndex(({ kind }) => kind === 'assistant' || kind === 'note');
  return entries.slice(last + 1);
}

interface Thought {
  words: string[];
  calls: ScriptedCall[];
}

function converse(conversation: Conversation, directives: Directive[]): Thought {
  const fresh = freshEntries(conversation);
  const words: string[] = [];
  if (ofKind(fresh, 'result').length > 0) {
    const asked = ofKind(conversation.entries, 'assistant').at(-1)?.calls ?? [];
    const tags = asked.flatMap((call) => readTags(JSON.stringify(call.arguments)));
    words.push(...tags.map((tag) => `done with #${tag.replace(/\.t$/, '')};`));
  }
  for (const { title, text } of ofKind(fresh, 'notice')) {
    const tags = new Set(readTags(`${title} ${text}`));
    words.push(...[...tags].map((tag) => `told of #${tag};`));
  }
  const calls = directives.flatMap((directive) => toCall(directive) ?? []);
  words.push(...directives.filter(({ verb }) => verb === 'say').map(({ tag }) => `answer to #${tag};`));
  // A conversation that knows nothing of this still has to be answered.
  if (words.length === 0 && calls.length === 0) words.push('nothing to say');
  return { words, calls };
}

function isHandedOn(verb: Verb): boolean {
  return verb === 'delegate' || verb === 'transfer';
}

function toCall({ tag, verb, steps, troubles }: Directive): ScriptedCall | null {
  if (verb === 'note') return { name: 'create_todo', arguments: { description: `#${tag};` } };
  if (!isHandedOn(verb)) return null;
  const task = writeDirective({ tag: `${tag}.t`, verb: 'work', steps, troubles });
  const name = verb === 'delegate' ? 'run_background_agent' : 'transfer_task';
  return { name, arguments: { agent: 'helper', task } };
}

/** The task that this conversation is, if it is one. */
function findWork({ entries }: Conversation): Directive | null {
  const found = ofKind(entries, 'user').flatMap(({ text }) => readDirectives(text));
  return found.find(({ verb }) => verb === 'work') ?? null;
}

/** A task saves a file, then makes notes, one in a step, and answers. */
function goOn(conversation: Conversation, { tag, steps }: Directive): Thought {
  const replies = ofKind(conversation.entries, 'assistant');
  const done = replies.filter(({ calls }) => calls.length > 0).length;
  const isDone = done >= steps;
  const result = `result of #${tag};`;
  const heard = readTags(JSON.stringify(ofKind(freshEntries(conversation), 'user'))).filter((name) =>
    name.endsWith('.s'),
  );
  const words = heard.map((name) => `heard #${name};`);
  if (isDone && !replies.some(({ text }) => text.includes(result))) words.unshift(result);
  if (isDone) return { words: words.length === 0 ? ['nothing to say'] : words, calls: [] };
  const description = `#${tag}; ${done}`;
  if (done > 0) return { words, calls: [{ name: 'create_todo', arguments: { description } }] };
  const file = { name: 'notes.md', media_type: 'text/markdown', content: description };
  return { words, calls: [{ name: 'save_file', arguments: file }] };
}
