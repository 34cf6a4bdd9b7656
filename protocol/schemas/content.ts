/** Content as it comes in and goes out over HTTP. */
import { z } from 'zod';

/** A message's text, all its text parts together, in bytes of UTF-8. Longer text is uploaded as a file. */
export const MESSAGE_TEXT_BYTES = 64 * 1024;
const MESSAGE_PARTS = 100;

const fileId = z
  .string()
  .regex(
    /^file_[0-9a-f]{28}$/,
    'must be the id of an uploaded file, such as file_0199f3c2a1b04fd2a3c1e5f70712',
  )
  .meta({ description: 'Id of a file that was uploaded to POST /v1/files.' });

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(4096)
  .meta({ description: 'Passed on to the model as a URL; never fetched by Offstage.' });

const mediaType = z
  .string()
  .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/png')
  .max(200);

const textPart = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1, 'must not be empty'),
});

const inputMedia = { url: url.optional(), fileId: fileId.optional(), mediaType: mediaType.optional() };
const needsOneSource = {
  error: 'needs either url or fileId, not both',
};
const hasOneSource = (part: { url?: string; fileId?: string }): boolean =>
  (part.url === undefined) !== (part.fileId === undefined);

const inputPartSchema = z
  .discriminatedUnion('type', [
    textPart,
    z.strictObject({ type: z.literal('image'), ...inputMedia }).refine(hasOneSource, needsOneSource),
    z.strictObject({ type: z.literal('document'), ...inputMedia }).refine(hasOneSource, needsOneSource),
  ])
  .meta({
    id: 'InputPart',
    description: 'A part of a message: text, or an image or a document by URL or by file.',
  });

export const messageTextSchema = z.string().min(1, 'must not be empty');
export const messageContentSchema = z
  .array(inputPartSchema)
  .min(1, 'must have at least one part')
  .max(MESSAGE_PARTS);

const media = {
  url: z.string().optional(),
  fileId: z.string().optional(),
  mediaType: z.string().nullable(),
};

export const partSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('image'), ...media }),
    z.strictObject({ type: z.literal('document'), ...media }),
    z.strictObject({ type: z.literal('thinking'), text: z.string() }),
  ])
  .meta({ id: 'Part' });

export const usageSchema = z
  .strictObject({
    inputTokens: z.number().nullable(),
    cachedInputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    reasoningTokens: z.number().nullable(),
    costUsd: z.number().nullable(),
    modelCalls: z.number(),
  })
  .meta({ id: 'Usage', description: 'Tokens and cost of model calls; what is unknown is null.' });

export const toolCallSchema = z
  .strictObject({ id: z.string(), name: z.string(), arguments: z.record(z.string(), z.unknown()) })
  .meta({ id: 'ToolCall' });

export type PartResource = z.infer<typeof partSchema>;
export type ToolCallResource = z.infer<typeof toolCallSchema>;
