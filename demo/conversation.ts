/** What the demo model is asked and what it answers, apart from any provider's wire form. */

export type JsonSchema = Record<string, unknown>;

export interface DemoTool {
  name: string;
  description: string;
  parameters: JsonSchema;
}

export interface DemoCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

interface UserEntry {
  kind: 'user';
  text: string;
  /** What came with the text, in words: `image`, `document contract.pdf`. */
  media: string[];
  /** Ids of files that came with it. */
  files: string[];
}

/** The end of a background task, as the system tells it. */
export interface NoticeEntry {
  kind: 'notice';
  id: string;
  agent: string;
  status: string;
  title: string;
  text: string;
}

export interface ResultEntry {
  kind: 'result';
  call: string;
  text: string;
  isError: boolean;
}

export type Entry =
  | UserEntry
  | NoticeEntry
  | ResultEntry
  /** Words of the system that are neither a person's nor the end of a task. */
  | { kind: 'note'; text: string }
  | { kind: 'assistant'; text: string; calls: DemoCall[] };

export interface Conversation {
  system: string;
  tools: DemoTool[];
  /** False when the request forbids tool calls. */
  mayCallTools: boolean;
  /** The schema that the answer has to fit; null: it is free. */
  output: JsonSchema | null;
  entries: Entry[];
}

/** What is said, and the tools that are called, in this step. */
export interface Thought {
  text: string;
  calls: { name: string; arguments: Record<string, unknown> }[];
}

export interface Reply extends Thought {
  /** Work takes its time, so that a person sees it running; talk does not. */
  pace: 'talk' | 'work';
}

const NOTICE = /<background_task\b([^>]*)>([\s\S]*?)<\/background_task>/g;
/** A text that is one element from end to end comes from the system, not from a person. */
const NOTE = /^\s*<([a-z_-]+)\b[^>]*>[\s\S]*<\/\1>\s*$/;

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };

function decodeEntities(text: string): string {
  return text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** Parts a text of role `user` into notices, notes and a person's words. */
function readUserText(text: string): Entry[] {
  const notices = [...text.matchAll(NOTICE)].map(([, attributes = '', body = '']): Entry => {
    const read = (name: string): string =>
      decodeEntities(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    return {
      kind: 'notice',
      id: read('id'),
      agent: read('agent'),
      status: read('status'),
      title: read('title'),
      text: decodeEntities(body.trim()),
    };
  });
  if (notices.length > 0) return notices;
  return NOTE.test(text) ? [{ kind: 'note', text }] : [{ kind: 'user', text, media: [], files: [] }];
}

const TEXT_DOCUMENT = /^Document "(.*)":\n\n/;
/** How the engine names a file to the model, before its content. */
const ATTACHED = /^\[attached: (file_\w+),.*\]$/;

/** Joins what one message of a person consists of: several texts, images, documents (some of them as text). */
export function toEntries(texts: string[], attached: string[]): Entry[] {
  const documents = texts.flatMap((text) => TEXT_DOCUMENT.exec(text)?.[1] ?? []);
  const media = [...attached, ...documents.map((name) => `document ${name}`)];
  const files = texts.flatMap((text) => ATTACHED.exec(text)?.[1] ?? []);
  const said = texts.filter((text) => !TEXT_DOCUMENT.test(text) && !ATTACHED.test(text));
  const entries = said.flatMap(readUserText);
  const words = ofKind(entries, 'user').map((entry) => entry.text);
  const others = entries.filter((entry) => entry.kind !== 'user');
  if (words.length === 0 && media.length === 0) return others;
  return [...others, { kind: 'user', text: words.join('\n').trim(), media, files }];
}

export function ofKind<K extends Entry['kind']>(entries: Entry[], kind: K): Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}

/** What came after the model's last word: what a reply has to answer. */
export function freshEntries(conversation: Conversation): Entry[] {
  const last = conversation.entries.findLastIndex((entry) => entry.kind === 'assistant');
  return conversation.entries.slice(last + 1);
}

export function findTool(conversation: Conversation, name: string): DemoTool | undefined {
  return conversation.mayCallTools ? conversation.tools.find((tool) => tool.name === name) : undefined;
}

/** The properties of a tool's arguments, by name. */
export function readProperties(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>;
}
