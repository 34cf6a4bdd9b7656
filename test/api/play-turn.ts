import { toLiveTopic } from '../../bus/bus.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeGateway } from './fake-gateway.ts';
import type { TestApi } from './test-api.ts';

const usage = {
  inputTokens: 1,
  cachedInputTokens: 0,
  outputTokens: 1,
  reasoningTokens: null,
  costUsd: null,
  modelCalls: 1,
};

/** Plays the turn that takes the conversation's first message. */
export async function playTurn(
  { gateway, store, bus }: TestApi<FakeGateway>,
  id: ConversationId,
  text: string,
): Promise<void> {
  const message = await waitFor(() => gateway.find(id).sent[0]);
  const place = [1, 1, 1] as const;
  gateway.record(id, { type: 'turn.started', turn: 1, cause: 'message', inputs: [message.id] });
  gateway.record(id, {
    type: 'step.started',
    turn: 1,
    step: 1,
    agent: 'root',
    model: 'm',
    inputs: [message.id],
  });
  await store.transcript.openStep(id, { turn: 1, step: 1, run: 'run', head: [1, 1, 0] });
  await store.transcript.commitReply(id, {
    id: 'msg_reply',
    place,
    content: [{ type: 'text', text }],
    toolCalls: [],
    stopReason: 'stop',
    model: 'openai/gpt-4o',
    usage,
    requestHash: 'hash',
    status: 'committed',
    agent: 'root',
    at: 5,
    run: 'run',
  });
  gateway.record(id, {
    type: 'message.committed',
    turn: 1,
    step: 1,
    agent: 'root',
    message: 'msg_reply',
    role: 'assistant',
    status: 'committed',
    toolCalls: [],
    stopReason: 'stop',
    usage,
  });
  gateway.record(id, { type: 'turn.finished', turn: 1, outcome: 'answered', error: null, usage });
  const { events } = gateway.find(id);
  bus.publish(toLiveTopic(id), {
    type: 'poke',
    offset: events.length,
    endsTurn: true,
  });
}
