import type { z } from 'zod';
import type { reportProgressArguments } from '../../protocol/schemas/tool-arguments.ts';
import { announceProgress } from '../task-progress.ts';
import type { Tool } from './tool-effect.ts';

/** Kept in the task's row, where its starter and the API find it, and told at once to those who watch. */
export const reportProgress: Tool = async ({ store, bus }, request, callArguments) => {
  const { message, percent = null } = callArguments as z.infer<typeof reportProgressArguments>;
  const { workspace, session, task, step, tool } = request;
  if (task === null) return { outcome: 'error', text: 'not a task: nobody waits for its progress' };
  const progress = { message: message.replaceAll(/\s+/g, ' ').trim(), percent };
  await store.tasks.setProgress({ workspace, session, task }, progress);
  announceProgress(bus, request, { phase: 'tools', step, tool, ...progress });
  return { outcome: 'ok', text: 'Noted. Go on.' };
};
