/** One tool call that has an effect: it runs, its whole result is stored, its head goes back to the workflow. */
import type { Activities, ToolRequest } from '../protocol/activities.ts';
import { heartbeatInterval, watchAbort, withHeartbeat } from './activity-abort.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { outlastOutage } from './outlast-outage.ts';
import { findToolResult, readArguments, storeToolResult } from './store-tool-result.ts';
import { announceProgress } from './task-progress.ts';
import { findTool } from './tools/find-tool.ts';
import type { ToolEffect } from './tools/tool-effect.ts';

export function createExecuteTool(dependencies: ActivityDependencies): Activities['executeTool'] {
  const { store, bus } = dependencies;
  return (request) =>
    withHeartbeat(heartbeatInterval(request.task), async () => {
      const { step, tool } = request;
      announceProgress(bus, request, { phase: 'tools', step, tool });
      const known = await outlastOutage(() => findToolResult(store, request));
      if (known !== undefined) return known;
      const effect = await outlastOutage(() => run(dependencies, request));
      return storeToolResult(store, request, effect);
    });
}

async function run(dependencies: ActivityDependencies, request: ToolRequest): Promise<ToolEffect> {
  const abort = watchAbort(dependencies, request);
  try {
    const callArguments = await readArguments(dependencies.store, request);
    return await findTool(request.tool)(dependencies, request, callArguments, abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    if (!abort.isInterrupted()) throw abort.signal.reason;
    return { outcome: 'cancelled', text: 'cancelled: the turn was stopped' };
  } finally {
    abort.close();
  }
}
