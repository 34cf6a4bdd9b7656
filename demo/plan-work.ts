/** Which agents a request starts, with which task: a task for each item, for each part, or for the whole. */
import { readProperties } from './conversation.ts';
import type { DemoTool } from './conversation.ts';
import { countSharedWords, toTitle } from './words.ts';

export interface Delegate {
  name: string;
  description: string;
}

export interface PlannedTask {
  agent: string;
  task: string;
  title: string;
}

const VERBS =
  'research|investigate|analy[sz]e|review|write|draft|prepare|compose|create|call|phone|contact|read|check|compare|summari[sz]e|' +
  'look (?:up|at|into)|find(?: out)?|search|collect|gather|translate|test|fix|build|plan|monitor|evaluate|examine|' +
  'explore|describe|inspect|schedule|remind|extract|work (?:on|out)|study';
const WORK = new RegExp(`\\b(?:${VERBS})\\b`, 'i');
const PART = new RegExp(
  `(?:[.;?!]\\s+|\\n+|,? (?:and|also|then)(?: also| then)? )(?=(?:please )?(?:${VERBS})\\b)`,
  'i',
);
const PARALLEL = /\bparallel\b|\bconcurrent|\beach (?:\w+ )?task\b|\bindependent tasks\b|\bseveral agents\b/i;
const QUESTIONS_ARE_WORK = /\basks? (?:a |any )?questions?\b|\bfor (?:every|each|any) question\b/i;

/** The agents that a tool can start: its `agent` enum, else the list in its description. */
export function readDelegates(tool: DemoTool, system: string): Delegate[] {
  const parameter = readProperties(tool.parameters)['agent'] ?? {};
  const texts = [tool.description, String(parameter['description']), system];
  const listed = texts.flatMap((text) => [...text.matchAll(/^\s*[-*]\s+[`*"]*([\w.-]+)[`*"]*\s*[:—–-]/gm)]);
  const names = Array.isArray(parameter['enum'])
    ? parameter['enum'].map(String)
    : [...new Set(listed.map(([, name = '']) => name))];
  return names.map((name) => ({ name, description: findDescription(name, texts) }));
}

function findDescription(name: string, texts: string[]): string {
  const bare = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = new RegExp(`^[\\s\\-*\`"]*${bare}[\`*"]*\\s*[:—–-]+\\s*(.+)$`, 'm');
  return texts.map((text) => line.exec(text)?.[1]).find((found) => found !== undefined) ?? '';
}

export function rate(delegate: Delegate, text: string): number {
  const name = delegate.name.replace(/[_-]/g, ' ');
  return countSharedWords(text, `${name} ${delegate.description}`) + countSharedWords(text, name);
}

/** The agent that fits best; the first of those that fit alike. */
function findBest(delegates: Delegate[], text: string): Delegate | undefined {
  return delegates.toSorted((a, b) => rate(b, text) - rate(a, text))[0];
}

const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+(.+)$/gm;
const LIST = /\b(?:each|every|following|these|those|to|for|all)\b[^:\n]*:\s*([^\n]+)$/im;
const NAMES = /(?<!^)\b((?:\p{Lu}[\p{L}.'’-]+,? )+(?:and|&)(?: \p{Lu}[\p{L}.'’-]+)+)/u;

/** Names that a question is about, as in "how A and B differ", are one piece of work. */
const QUESTION_WORD = /\b(?:how|why|whether|what|which)\b/i;

function readNames(text: string): string {
  const names = NAMES.exec(text);
  return names === null || QUESTION_WORD.test(text.slice(0, names.index)) ? '' : (names[1] ?? '');
}

/** Bullets, a list after a colon, or names in a row. A comparison names one piece of work, not several. */
export function readItems(text: string): string[] {
  const bullets = [...text.matchAll(BULLET)].map(([, item = '']) => item.trim());
  if (bullets.length > 1) return bullets;
  if (/\bcompar|\bversus\b|\bvs\b|\bbetween\b/i.test(text)) return [];
  const list = LIST.exec(text)?.[1] ?? readNames(text);
  const items = list
    .split(/\s*[,;]\s*(?:and\s+)?|\s+(?:and|&)\s+/)
    .map((item) => item.replace(/[.!?\s]+$/, ''));
  return items.length > 1 ? items.filter((item) => item !== '') : [];
}

/** Each line of a list is for its own task alone: no patient's agent sees another patient. */
function leaveOutOthers(text: string, item: string): string {
  const isOther = (line: string): boolean => {
    const [bullet] = line.matchAll(BULLET);
    return bullet !== undefined && bullet[1]?.trim() !== item;
  };
  return text
    .split('\n')
    .filter((line) => !isOther(line))
    .join('\n')
    .trim();
}

/** An empty plan: the message asks for nothing that these agents are for. */
export function planWork(text: string, delegates: Delegate[], system: string): PlannedTask[] {
  const fitting = delegates.filter((delegate) => rate(delegate, text) > 0);
  const isQuestion = /\?\s*$/.test(text);
  const isWork = WORK.test(text) || (isQuestion && (fitting.length > 0 || QUESTIONS_ARE_WORK.test(system)));
  const best = findBest(delegates, text);
  if (!isWork || best === undefined) return [];
  const items = readItems(text);
  if (items.length > 1) {
    return items.map((item) => ({
      agent: best.name,
      task: `${leaveOutOthers(text, item)}\n\nYour part: ${item}`,
      title: toTitle(item),
    }));
  }
  const tasks = new Map<string, string[]>();
  const parts = text.split(PART).filter((part) => part.trim() !== '');
  for (const part of parts.filter((part) => parts.length === 1 || WORK.test(part))) {
    const nearest = findBest(delegates, part) ?? best;
    const { name } = rate(nearest, part) > 0 ? nearest : best;
    tasks.set(name, [...(tasks.get(name) ?? []), part.trim()]);
  }
  const others = PARALLEL.test(system) ? fitting.filter(({ name }) => !tasks.has(name)) : [];
  for (const { name } of others) tasks.set(name, [text.trim()]);
  return [...tasks].map(([agent, own]) => {
    // An agent does not see the conversation: its part alone would not say what "it" is.
    const task = tasks.size > 1 ? `${text.trim()}\n\nYour part: ${own.join(' ')}` : own.join('\n');
    return { agent, task, title: toTitle(own.join(' ')) };
  });
}
