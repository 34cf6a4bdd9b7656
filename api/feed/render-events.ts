/** Events as the feed serves them: what the workflow numbered, with the content that the store has. */
import { takeHead } from '../../core/text-head.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';
import type { TranscriptRow } from '../../protocol/transcript.ts';
import type { ContentIndex } from './content-index.ts';
import {
  renderParts,
  renderToolCalls,
  renderWaitingMessage,
  toIsoTime,
} from '../conversations/render-message.ts';

const RESULT_HEAD_BYTES = 4096;

/** The same event gives the same JSON to every reader, whenever it is read. */
export function renderEvent(event: ConversationEvent, content: ContentIndex): EventResource {
  const { at: milliseconds, ...body } = event;
  const at = toIsoTime(milliseconds);
  switch (body.type) {
    case 'message.queued': {
      const parts = content.messageContent(body.message);
      const message = renderWaitingMessage({ id: body.message, at: milliseconds, content: parts });
      return { ...body, at, message };
    }
    case 'message.committed': {
      const row = content.rowOfMessage(body.message);
      return {
        ...body,
        at,
        model: row?.model ?? null,
        content: renderParts(row?.content ?? []),
        toolCalls: renderToolCalls(row?.toolCalls ?? []),
      };
    }
    case 'tool.started':
      return { ...body, at, arguments: content.argumentsOf(body.turn, body.step, body.call) };
    case 'tool.finished': {
      const text = toText(content.rowOfCall(body.turn, body.step, body.call));
      const result = text === null ? null : takeHead(text, RESULT_HEAD_BYTES);
      return { ...body, at, result, truncated: body.truncated || result?.length !== text?.length };
    }
    case 'followup.scheduled':
      return { ...body, at, dueAt: toIsoTime(body.dueAt) };
    case 'task.asked':
      return { ...body, at, question: content.questionOf(body.task, body.turn, body.step) };
    default:
      return { ...body, at };
  }
}

function toText(row: TranscriptRow | undefined): string | null {
  if (row === undefined) return null;
  return row.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
