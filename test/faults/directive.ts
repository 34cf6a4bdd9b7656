/**
 * What a message asks of the scripted model. It stands in the message's own words, so that the provider needs no
 * memory of its own: `#r1c0m2; delegate 2 trouble=reset_after,e500`.
 */
export const VERBS = ['say', 'note', 'delegate', 'transfer', 'work'] as const;
export type Verb = (typeof VERBS)[number];

/** What the provider does instead of a good answer. */
export const TROUBLES = [
  'rate_limited',
  'e500',
  'overloaded',
  'reset_before',
  'reset_after',
  'stall',
  'late',
  'half',
  'content_type',
  'doubled',
] as const;
/** `denied`: what does not get better by trying again. `down`: what does not, however long it is tried. */
export type Trouble = (typeof TROUBLES)[number] | 'denied' | 'down';

export interface Directive {
  /** Unique in a run of the harness; a task's is that of the message with `.t` behind it. */
  tag: string;
  verb: Verb;
  /** Of `delegate`, `transfer` and `work`: with how many tool calls the task is done. */
  steps: number;
  /** For the first tries of the model call that reads this, in order. */
  troubles: Trouble[];
}

const FORM = /#([\w.]+); (say|note|delegate|transfer|work) (\d+) trouble=(\S*)/g;

export function writeDirective({ tag, verb, steps, troubles }: Directive): string {
  return `#${tag}; ${verb} ${steps} trouble=${troubles.join(',')}`;
}

export function readDirectives(text: string): Directive[] {
  return [...text.matchAll(FORM)].map(([, tag = '', verb, steps, troubles = '']) => ({
    tag,
    verb: verb as Verb,
    steps: Number(steps),
    troubles: troubles === '' ? [] : (troubles.split(',') as Trouble[]),
  }));
}

/** The tags that a text names. */
export function readTags(text: string): string[] {
  return [...text.matchAll(/#([\w.]+);/g)].map(([, tag = '']) => tag);
}
