import { randomUUID } from 'node:crypto';
import { makeFileId, makeMessageId } from '../protocol/ids.ts';

export const newMessageId = (): string => makeMessageId(Date.now(), randomUUID());
export const newFileId = (): string => makeFileId(Date.now(), randomUUID());
