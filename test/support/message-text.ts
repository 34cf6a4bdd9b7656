import type { Json } from './product-client.ts';

/** All that a message, or an event with content, says. */
export function textOf(message: Json): string {
  return message.content.map((part: Json) => part.text ?? '').join('');
}
