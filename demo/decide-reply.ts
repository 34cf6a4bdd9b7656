/** The demo model's mind: one reply to a conversation, a function of what it offers and nothing else. */
import {
  answerPlainly,
  DISCLOSURE,
  greet,
  relayNotice,
  tellMedia,
  tellNoMatch,
  tellResult,
  tellStarted,
  WORK_DISCLOSURE,
} from './answers.ts';
import { tellDue, useBuiltIn } from './built-in-functions.ts';
import { callFitting } from './call-functions.ts';
import { matchTasks, readCommand, TASK_ID } from './commands.ts';
import type { Command } from './commands.ts';
import { findTool, freshEntries, ofKind } from './conversation.ts';
import type { Conversation, DemoCall, Reply, ResultEntry, Thought } from './conversation.ts';
import { doWork } from './do-work.ts';
import { findQuestion } from './find-question.ts';
import { handOver } from './hand-over.ts';
import { makeValue, readMaterial } from './make-value.ts';
import { readItems } from './plan-work.ts';
import { findDelegates, startWork } from './start-work.ts';
import { findTaskTools, isList, isStart, toCalls } from './task-tools.ts';

const SMALL_TALK =
  /^\W*(?:hi|hello|hey|good (?:morning|day|evening)|thanks?|thank you|bye|who are you|how are you|what can you do|help)\b/i;

const say = (text: string): Thought => ({ text, calls: [] });
const call = (name: string, ...each: Record<string, unknown>[]): Thought => ({
  text: '',
  calls: each.map((given) => ({ name, arguments: given })),
});

function join(thoughts: Thought[]): Thought {
  const texts = thoughts.map((thought) => thought.text).filter((text) => text !== '');
  return { text: texts.join('\n\n'), calls: thoughts.flatMap((thought) => thought.calls) };
}

export function decideReply(conversation: Conversation): Reply {
  const isTask = conversation.tools.some((tool) => tool.name === 'save_file');
  const { output } = conversation;
  if (output !== null) {
    const text = JSON.stringify(makeValue(output, readMaterial(conversation)));
    return { text, calls: [], pace: isTask ? 'work' : 'talk' };
  }
  const { text, calls } = isTask ? doWork(conversation) : converse(conversation);
  const disclosure = isTask ? WORK_DISCLOSURE : DISCLOSURE;
  const said = ofKind(conversation.entries, 'assistant');
  const isNew = text !== '' && !said.some((entry) => entry.text.includes(disclosure));
  return { text: isNew ? `${disclosure}\n\n${text}` : text, calls, pace: isTask ? 'work' : 'talk' };
}

function converse(conversation: Conversation): Thought {
  const fresh = freshEntries(conversation);
  const users = ofKind(fresh, 'user');
  const media = users.flatMap((user) => user.media);
  const asked = users
    .map((user) => user.text)
    .join('\n')
    .trim();
  const thought = join([
    continueAfter(conversation, ofKind(fresh, 'result')),
    ...ofKind(fresh, 'notice').map((notice) => say(relayNotice(notice))),
    ...ofKind(fresh, 'note').map((note) => say(tellDue(note.text))),
    say(media.length > 0 ? tellMedia(media) : ''),
    asked === '' ? say('') : answerWords(conversation, asked),
  ]);
  return thought.text === '' && thought.calls.length === 0 ? say('There is nothing new to tell.') : thought;
}

function answerWords(conversation: Conversation, text: string, mayHandOver = true): Thought {
  const builtIn = useBuiltIn(conversation, text);
  if (builtIn !== null) return builtIn;
  const command = readCommand(text);
  const tools = findTaskTools(conversation);
  if (command !== null && tools !== undefined) {
    const ids = text.match(TASK_ID);
    if (ids !== null && command.kind !== 'status') return act(conversation, command, ids);
    return call(tools.status, {});
  }
  if (SMALL_TALK.test(text) && text.length < 60) return say(greet(text, findDelegates(conversation)));
  const todos = /\bto-?do\b|\bchecklist\b/i.test(text) ? readItems(text) : [];
  if (todos.length > 0 && findTool(conversation, 'create_todos'))
    return call('create_todos', { descriptions: todos });
  const functions = callFitting(conversation, text);
  if (functions.length > 0) return { text: '', calls: functions };
  const handovers = mayHandOver ? handOver(conversation, text) : [];
  const calls = handovers.length > 0 ? handovers : startWork(conversation, text);
  if (calls.length > 0) return { text: '', calls };
  const question = findQuestion(conversation);
  const mayPassOn = findTool(conversation, 'message_background_agent') !== undefined;
  if (question === undefined || !mayPassOn) return say(answerPlainly(text));
  return call('message_background_agent', { task_id: question.id, message: text });
}

const act = (conversation: Conversation, command: Command, ids: string[]): Thought => ({
  text: '',
  calls: toCalls(conversation, command, ids),
});

function continueAfter(conversation: Conversation, results: ResultEntry[]): Thought {
  const made = ofKind(conversation.entries, 'assistant').flatMap((entry) => entry.calls);
  const pairs = results.map((result) => ({ result, call: made.find(({ id }) => id === result.call) }));
  const starts = pairs.filter((pair) => isStart(pair.call));
  const others = pairs.filter((pair) => !starts.includes(pair));
  return join([
    say(
      tellStarted(
        starts.map(({ call: start, result }) => ({
          given: { agent: start?.name, ...start?.arguments },
          ...result,
        })),
      ),
    ),
    ...others.map((pair) => afterResult(conversation, pair.result, pair.call)),
  ]);
}

function afterResult(conversation: Conversation, result: ResultEntry, made: DemoCall | undefined): Thought {
  const told = say(tellResult(made, result.text, result.isError));
  const reply = conversation.entries.findLastIndex((entry) => entry.kind === 'assistant');
  const asked = ofKind(conversation.entries.slice(0, reply), 'user').at(-1)?.text ?? '';
  if (made?.name === 'handoff' && !result.isError)
    return join([
      say(`This is ${String(made.arguments['agent'])}.`),
      answerWords(conversation, asked, false),
    ]);
  const command = isList(made) ? readCommand(asked) : null;
  if (command === null || command.kind === 'status' || result.isError) return told;
  const ids = matchTasks(command, result.text);
  if (ids.length > 0) return act(conversation, command, ids);
  const calls = command.kind === 'stop' ? [] : startWork(conversation, asked);
  return calls.length > 0 ? { text: '', calls } : say(tellNoMatch(command.kind, result.text));
}
