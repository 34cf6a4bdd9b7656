import type { HookRecord } from '../../protocol/hook-runs.ts';
import type { HookResource } from '../../protocol/schemas/hooks.ts';
import { toIsoTime, toNullableIsoTime } from './render-message.ts';

export function renderHook({ startedAt, endedAt, ...hook }: HookRecord): HookResource {
  return { ...hook, startedAt: toIsoTime(startedAt), endedAt: toNullableIsoTime(endedAt) };
}
