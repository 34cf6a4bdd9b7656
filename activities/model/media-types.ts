import type { PromptPart } from './provider.ts';
import { UnsupportedContent } from './stream-failures.ts';

export type MediaPart = Extract<PromptPart, { type: 'image' | 'document' }>;

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** The media type of an image that both providers take. Throws {@link UnsupportedContent} for another one. */
export function imageType(part: MediaPart): ImageType {
  const type = plainType(part.mediaType);
  const known = IMAGE_TYPES.find((one) => one === type);
  if (known !== undefined) return known;
  throw new UnsupportedContent(
    `${describeMedia(part)} cannot be sent to the model: images may be JPEG, PNG, GIF or WebP`,
  );
}

export function isPdf(part: MediaPart): boolean {
  return plainType(part.mediaType) === 'application/pdf';
}

/** Text of any kind: sent as words where the provider knows PDF documents only. */
export function isText(part: MediaPart): boolean {
  const type = plainType(part.mediaType) ?? '';
  return type.startsWith('text/') || type === 'application/json' || type === 'application/yaml';
}

/** Such as `image/tiff "scan.tif"`: the name of an upload, never an address. */
export function describeMedia(part: MediaPart): string {
  const name = 'base64' in part.source ? ` "${part.source.name.slice(0, 80)}"` : '';
  return `${part.mediaType ?? `${part.type} of unknown media type`}${name}`;
}

/** Without parameters such as `; charset=utf-8`. */
function plainType(mediaType: string | null): string | null {
  return mediaType?.split(';', 1)[0]?.trim().toLowerCase() ?? null;
}
