import { createHash } from 'node:crypto';
import multer from 'multer';
import { z } from 'zod';
import { makeFileId } from '../../protocol/ids.ts';
import { fileSchema } from '../../protocol/schemas/resources.ts';
import { answerOnce } from '../http/idempotency.ts';
import { notFound, Problem } from '../http/problem.ts';
import { maySee } from '../principal.ts';
import { readRawBody } from '../http/read-raw-body.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Incoming, Route } from '../http/route.ts';

const tag = 'Files';
const FILE_BYTES = 10 * 1024 * 1024;
const NAME_LENGTH = 255;
const FILE_ID = /^file_[0-9a-f]{28}$/;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

const readUpload = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: FILE_BYTES, files: 1, fields: 0, headerPairs: 50 },
  defParamCharset: 'utf8',
}).single('file');

const upload = defineRoute({
  method: 'post',
  path: '/v1/files',
  tag,
  summary: 'Upload a file',
  description: 'Messages and tasks refer to it by its id. At most 10 MiB.',
  headers: [IDEMPOTENCY_KEY],
  otherBody: [
    {
      mediaType: 'multipart/form-data',
      schema: z.strictObject({ file: z.string().meta({ format: 'binary', description: 'The file.' }) }),
    },
  ],
  successes: [{ status: 201, description: 'The file', schema: fileSchema }],
  problems: ['file-too-large', 'idempotency-key-reused'],
  async handle(services, incoming) {
    const { principal, request, path } = incoming;
    const { buffer: bytes, ...file } = await readFile(incoming);
    const body = { ...file, hash: createHash('sha256').update(bytes).digest('hex') };
    const answer = await answerOnce(
      services,
      { principal, request, route: path, body },
      async ({ at, uuid }) => {
        const stored = await services.store.files.put({
          workspace: principal.workspace,
          principal: principal.name,
          id: makeFileId(at, uuid),
          session: null,
          task: null,
          ...file,
          bytes,
          createdAt: at,
        });
        const { id, name, mediaType, size } = stored;
        return { status: 201, body: { id, name, mediaType, size } };
      },
    );
    return { ...answer, headers: { Location: `${path}/${(answer.body as { id: string }).id}` } };
  },
});

const read = defineRoute({
  method: 'get',
  path: '/v1/files/{file}',
  tag,
  summary: 'Read a file',
  successes: [{ status: 200, description: 'Its bytes, with its own type', mediaType: '*/*' }],
  problems: ['not-found'],
  async handle({ store }, { principal, parameters, response }) {
    const id = requireParameter(parameters, 'file');
    const file = FILE_ID.test(id) ? await store.files.get(principal.workspace, id) : null;
    if (file === null || !maySee(principal, file.principal)) throw notFound('file', id);
    response.setHeader('Content-Type', file.mediaType);
    response.setHeader('Cache-Control', 'private, no-store');
    // What somebody uploaded must not act as a page of this address.
    response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeName(file.name)}`);
    response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
    response.status(200).end(Buffer.from(file.bytes));
    return undefined;
  },
});

export const fileRoutes: Route[] = [upload, read];

async function readFile({
  request,
  response,
}: Incoming<unknown, unknown>): Promise<{ name: string; mediaType: string; buffer: Buffer }> {
  if (!request.is('multipart/form-data')) {
    throw new Problem(
      'unsupported-media-type',
      'Send the file as multipart/form-data, in the field named file',
    );
  }
  try {
    await readRawBody(readUpload, request, response);
  } catch (error) {
    if (error instanceof multer.MulterError || (error as { status?: number }).status !== undefined)
      throw error;
    throw new Problem('malformed-request', 'The multipart body cannot be read: it is cut off or malformed');
  }
  const { file } = request;
  if (file === undefined) throw fieldProblem('is missing: send the file in the field named file');
  if (file.size === 0) throw fieldProblem('is empty');
  return {
    name: file.originalname.replaceAll(/\p{Cc}/gu, ' ').slice(0, NAME_LENGTH) || 'file',
    mediaType: MEDIA_TYPE.test(file.mimetype) ? file.mimetype.toLowerCase() : 'application/octet-stream',
    buffer: file.buffer,
  };
}

function fieldProblem(message: string): Problem {
  return new Problem('invalid-request', `The upload has a mistake: file ${message}`, {
    errors: [{ path: 'file', message }],
  });
}

function encodeName(name: string): string {
  return encodeURIComponent(Buffer.from(name).toString()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
