/** The words of the demo model: everything that it says, from what it was told. */
import type { DemoCall, NoticeEntry } from './conversation.ts';
import { isQuestion, readQuestion } from './find-question.ts';
import type { Delegate } from './plan-work.ts';
import { toHead, toTitle } from './words.ts';

export const DISCLOSURE = "(I am Offstage's demo model: I follow simple rules and know no facts.)";
export const WORK_DISCLOSURE = 'Demo output: written by rules, not by an AI model.';
const HEAD_LIMIT = 600;

const showHead = (text: string): string => toHead(text, HEAD_LIMIT);

function joinWords(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

export function greet(text: string, delegates: Delegate[]): string {
  if (/^\W*thank/i.test(text)) return 'You are welcome. Is there anything else?';
  const offers = delegates.map(({ name, description }) => `- ${name}${description && `: ${description}`}`);
  if (offers.length === 0) return 'Hello! What can I do for you?';
  return `Hello! Ask for some work, and I start these agents in the background:\n${offers.join('\n')}`;
}

export function answerPlainly(text: string): string {
  return `You said: “${toHead(text, 120)}”. That needs nobody else, so I answer at once; a real model would say something of substance here.`;
}

export function tellMedia(media: string[]): string {
  return `I received ${joinWords(media.map((name) => `${name.startsWith('image') ? 'an' : 'a'} ${name}`))}.`;
}

interface Start {
  given: Record<string, unknown>;
  text: string;
  isError: boolean;
}

export function tellStarted(starts: Start[]): string {
  const started = starts
    .filter((start) => !start.isError)
    .map(({ given }) => {
      const { agent, title, task } = given as Record<string, string | undefined>;
      return `${agent ?? 'an agent'} (“${title ?? toTitle(task ?? '')}”)`;
    });
  const refused = starts
    .filter((start) => start.isError)
    .map(({ text }) => `That could not be done: ${text}`);
  if (started.length === 0) return refused.join('\n');
  const words = `I have started ${joinWords(started)} in the background. We can go on; I report back as soon as there is a result.`;
  return [words, ...refused].join('\n');
}

export function relayNotice(notice: NoticeEntry): string {
  const { title, agent, status, text } = notice;
  const name = title === '' ? `The task of ${agent}` : `The task “${title}” of ${agent}`;
  if (isQuestion(notice)) {
    const question = readQuestion(notice);
    return `${name} asks:\n\n${question}\n\nTell me the answer, and I pass it on; we can also go on with something else.`;
  }
  // What the model is told to do with it stands last.
  const known = showHead(text.split('\n').slice(0, -1).join('\n'));
  if (status === 'waiting_input') {
    return `${name} needs a larger budget:\n\n${known}\n\nYou alone can extend it (in \`offstage chat\` by /extend or /budget); or tell me to stop it.`;
  }
  if (status === 'running') return `${name} takes its time:\n\n${known}`;
  const words: Record<string, string> = {
    completed: 'is done. Here is what came back:',
    failed: 'has failed, I am sorry. This is what is known:',
    cancelled: 'was stopped. This is what it left:',
  };
  return `${name} ${words[status] ?? `is ${status}:`}\n\n${showHead(text)}`;
}

const RESULT_WORDS: Record<string, string> = {
  list_tasks: 'These are the background tasks:',
  get_task_result: 'This is what it says so far:',
  stop_task: 'Done. This is what was stopped:',
  list_background_agents: 'These are the background tasks:',
  view_background_agent: 'This is what it says so far:',
  stop_background_agent: 'Done. This is what was stopped:',
  message_background_agent: 'I passed that on.',
  wait_background_agents: 'The wait is over:',
  create_todos: 'I keep this to-do list:',
  schedule_follow_up: 'I come back to you then:',
  cancel_follow_up: 'I do not come back to that:',
};

export function tellResult(call: DemoCall | undefined, text: string, isError: boolean): string {
  if (isError) return `That did not work: ${showHead(text)}`;
  const agent = String(call?.arguments['agent']);
  const name = call?.name ?? 'The tool';
  const words = name === 'transfer_task' ? `${agent} answered:` : (RESULT_WORDS[name] ?? `${name} answered:`);
  return `${words}\n\n${showResult(name, text)}`;
}

function showResult(name: string, text: string): string {
  if (name.startsWith('list_')) return showList(text);
  return name === 'wait_background_agents' ? showWait(text) : showHead(text);
}

/** All tasks of a list, by the titles that a person knows. */
function showList(text: string): string {
  const lines = text.split('\n').flatMap((line) => {
    const [id, agent, title, ...rest] = line.split(' | ');
    return id?.startsWith('- agent_task_') ? [`- ${title} (${agent}): ${rest.join(', ')}`] : [];
  });
  return lines.length === 0 ? text : lines.join('\n');
}

/** The ends of tasks that were waited for, as a list; whatever else it is, as it stands. */
function showWait(text: string): string {
  try {
    const { tasks } = JSON.parse(text) as { tasks: Record<string, string | undefined>[] };
    const lines = tasks.map((task) => `${task['agent']} (“${task['title']}”): ${task['status']}`);
    const results = tasks.map((task) =>
      showHead(task['result'] ?? task['error'] ?? task['output_until_then'] ?? ''),
    );
    return lines.map((line, index) => `${line}\n\n${results[index]}`.trim()).join('\n\n');
  } catch {
    return showHead(text);
  }
}

export function tellNoMatch(kind: string, list: string): string {
  if (!list.includes('agent_task_')) return `There is no background task to ${kind}.`;
  return `I do not see which task you mean. These are there:\n\n${showHead(list)}`;
}

const POINTS = [
  'looked at first, and nothing speaks against going on.',
  'two sources agree here, a third would make it certain.',
  'worth a second look before anything is decided.',
];

/** A plausible result of a task: structured, about its words, and open about what it is. */
export function writeResult(task: string, extra: string[], findings: string[]): string {
  const expected = /expected output:\s*(.+)/i.exec(task)?.[1];
  const terms = [...new Set(task.match(/\p{L}[\p{L}\p{N}-]{5,}/gu) ?? [])].slice(0, 3);
  const parts = [
    `## ${toTitle(task)}`,
    expected === undefined ? '' : `In the form that was asked for: ${toHead(expected, 120)}`,
    terms.map((term, index) => `${index + 1}. ${term}: ${POINTS[index]}`).join('\n'),
    ...extra.map((text) => `Taken into account: ${toHead(text, 120)}`),
    ...findings.map((text) => showHead(text.replaceAll(WORK_DISCLOSURE, '').trim())),
    'Conclusion: the task was carried through from start to end; with a real model its findings stand here.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
