import type { Activities } from '../protocol/activities.ts';
import { createAnalyzeSession } from './analyze-session.ts';
import { createArchive } from './archive.ts';
import { createCallModel } from './call-model.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createCallFunction } from './functions/call-function.ts';
import { createExecuteTool } from './execute-tool.ts';
import { createHookKeeping } from './keep-hooks.ts';
import { createTaskKeeping } from './keep-tasks.ts';
import { observeProvider } from './model/observe-provider.ts';
import { shieldFailures } from './shield-failures.ts';

/** The implementation of everything that workflows ask for. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const { observer } = dependencies;
  const provider = observeProvider(dependencies.provider, observer);
  return shieldFailures(
    {
      callModel: createCallModel({ ...dependencies, provider }),
      executeTool: createExecuteTool(dependencies),
      callFunction: createCallFunction(dependencies),
      archive: createArchive(dependencies),
      ...createTaskKeeping(dependencies),
      ...createHookKeeping(dependencies),
      analyzeSession: createAnalyzeSession({ ...dependencies, provider }),
    },
    observer,
  );
}
