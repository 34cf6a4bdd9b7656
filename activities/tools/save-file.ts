import type { z } from 'zod';
import type { saveFileArguments } from '../../protocol/schemas/tool-arguments.ts';
import { makeFileIdOfCall } from '../new-id.ts';
import type { Tool } from './tool-effect.ts';

/** Spec: files of up to 10 MiB. */
const FILE_LIMIT = 10 * 1024 * 1024;

/** Keeps a document that the agent wrote as a file of its task. */
export const saveFile: Tool = async ({ store }, { workspace, session, task }, callArguments) => {
  const { name, media_type: mediaType, content } = callArguments as z.infer<typeof saveFileArguments>;
  const bytes = new TextEncoder().encode(content);
  if (bytes.length > FILE_LIMIT) {
    return {
      outcome: 'error',
      text: `not saved: ${name} has ${bytes.length} bytes, and 10 MiB is the limit`,
    };
  }
  const file = await store.files.put({
    workspace,
    id: makeFileIdOfCall(),
    session,
    task,
    name,
    mediaType,
    bytes,
    createdAt: Date.now(),
  });
  const { id, size } = file;
  return {
    outcome: 'ok',
    text: `Saved ${name} (${size} bytes) as ${id}.`,
    file: { id, name, mediaType, size },
  };
};
