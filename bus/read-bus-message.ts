import { controlMessageSchema, liveMessageSchema } from '../protocol/schemas/live.ts';

/** A message as it came over the wire; null when it is none that belongs on this topic. */
export function readBusMessage(topic: string, text: string): unknown {
  const schema = topic.startsWith('control/') ? controlMessageSchema : liveMessageSchema;
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
