import { describe, expect, it } from '@jest/globals';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Topic } from '../../bus/bus.ts';
import { toControlTopic, toLiveTopic } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';

const conversation: ConversationId = { workspace: 'default', session: 'ses_1', task: null };
const topic: Topic<{ turn: number }> = 'topic';
const ignore = (): void => {};

describe('the bus of one process', () => {
  it('gives each message to every subscriber of its topic and to no other', async () => {
    const bus = new MemoryBus(ignore);
    const heard: string[] = [];
    bus.subscribe(topic, ({ turn }) => void heard.push(`a${turn}`));
    bus.subscribe(topic, ({ turn }) => void heard.push(`b${turn}`));
    bus.subscribe('other topic', () => void heard.push('other'));
    bus.publish(topic, { turn: 1 });
    await new Promise(setImmediate);
    expect(heard.sort()).toEqual(['a1', 'b1']);
    await bus.close();
    bus.publish(topic, { turn: 2 });
    await new Promise(setImmediate);
    expect(heard).toHaveLength(2);
  });

  it('returns from publish before anybody has heard', async () => {
    const bus = new MemoryBus(ignore);
    const heard: number[] = [];
    bus.subscribe(topic, ({ turn }) => void heard.push(turn));
    bus.publish(topic, { turn: 1 });
    expect(heard).toEqual([]);
    await new Promise(setImmediate);
    expect(heard).toEqual([1]);
    await bus.close();
  });

  it('keeps the order of messages for a listener that is slow with the first one', async () => {
    const bus = new MemoryBus(ignore);
    const heard: number[] = [];
    let release = ignore;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    bus.subscribe(topic, async ({ turn }) => {
      if (turn === 1) await gate;
      heard.push(turn);
    });
    for (const turn of [1, 2, 3]) bus.publish(topic, { turn });
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    release();
    await new Promise(setImmediate);
    expect(heard).toEqual([1, 2, 3]);
    await bus.close();
  });

  it('goes on after a listener failed, and tells the error', async () => {
    const errors: unknown[] = [];
    const bus = new MemoryBus((error) => void errors.push(error));
    const heard: number[] = [];
    const failure = new Error('no');
    bus.subscribe(topic, ({ turn }) => {
      if (turn === 1) throw failure;
      heard.push(turn);
    });
    bus.subscribe(topic, async ({ turn }) => {
      if (turn === 1) throw failure;
      heard.push(turn * 10);
    });
    bus.publish(topic, { turn: 1 });
    bus.publish(topic, { turn: 2 });
    await new Promise(setImmediate);
    expect(heard.sort()).toEqual([2, 20]);
    expect(errors).toEqual([failure, failure]);
    await bus.close();
  });

  it('gives nothing to a subscription that has ended, not even what was on its way', async () => {
    const bus = new MemoryBus(ignore);
    const heard: number[] = [];
    const end = bus.subscribe(topic, ({ turn }) => void heard.push(turn));
    bus.publish(topic, { turn: 1 });
    end();
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    bus.subscribe(topic, ({ turn }) => void heard.push(turn * 10));
    end();
    bus.publish(topic, { turn: 2 });
    await new Promise(setImmediate);
    expect(heard).toEqual([20]);
    await bus.close();
  });
});

describe('topics', () => {
  it('are one for each kind of message and each conversation', () => {
    const conversations = [
      conversation,
      { ...conversation, task: 'agent_task_1' },
      { ...conversation, session: 'ses_2' },
      { ...conversation, workspace: 'other' },
    ];
    const topics = conversations.flatMap((each) => [toLiveTopic(each), toControlTopic(each)]);
    expect(new Set(topics).size).toBe(8);
  });
});
