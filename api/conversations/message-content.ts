/** From what a client sent as a message to the content that a conversation takes. */
import type { InputPart, MediaPart } from '../../protocol/content.ts';
import { MESSAGE_TEXT_BYTES } from '../../protocol/schemas/content.ts';
import type { SendMessageBody } from '../../protocol/schemas/requests.ts';
import type { Store } from '../../storage/store.ts';
import type { FileMeta } from '../../storage/file-store.ts';
import { Problem } from '../http/problem.ts';
import { maySee } from '../principal.ts';
import type { Principal } from '../principal.ts';

type ContentBody = Pick<SendMessageBody, 'text' | 'content'>;

/** Throws the problems `message-too-large` and `unknown-file`. */
export async function toContent(store: Store, user: FileUser, body: ContentBody): Promise<InputPart[]> {
  const parts = body.content ?? [{ type: 'text' as const, text: body.text ?? '' }];
  requireSize(parts.map((part) => (part.type === 'text' ? part.text : '')).join(''));
  return Promise.all(
    parts.map(async (part, index): Promise<InputPart> => {
      if (part.type === 'text') return part;
      if (part.fileId === undefined) return { ...part, mediaType: part.mediaType ?? null };
      const file = await store.files.meta(user.principal.workspace, part.fileId);
      if (file === null || !mayUse(user, file)) {
        throw unknownFile(part.fileId, `content[${index}].fileId`);
      }
      if (part.type === 'image' && !file.mediaType.startsWith('image/')) {
        const message = `${part.fileId} is ${file.mediaType}, not an image: send it as a document`;
        throw new Problem('invalid-request', message, { errors: [{ path: `content[${index}]`, message }] });
      }
      return { ...part, mediaType: part.mediaType ?? file.mediaType };
    }),
  );
}

/** Who wants to use a file, and in which session; null: in one that is being opened. */
export interface FileUser {
  principal: Principal;
  session: string | null;
}

/** An upload is its principal's until a session has it, and that session's from then on. */
export function mayUse({ principal, session }: FileUser, file: FileMeta): boolean {
  return file.session === null ? maySee(principal, file.principal) : file.session === session;
}

export function requireSize(text: string): void {
  const size = Buffer.byteLength(text);
  if (size <= MESSAGE_TEXT_BYTES) return;
  throw new Problem(
    'message-too-large',
    `The text has ${size} bytes, and a message may have ${MESSAGE_TEXT_BYTES}: upload it as a file (POST /v1/files) and refer to it by its id`,
  );
}

export function findFileIds(content: readonly InputPart[]): string[] {
  const media = content.filter((part): part is MediaPart => part.type !== 'text');
  return media.flatMap((part) => (part.fileId === undefined ? [] : [part.fileId]));
}

export function unknownFile(id: string, path: string): Problem {
  const message = `file not found: ${id}`;
  return new Problem('unknown-file', message, { errors: [{ path, message }] });
}
