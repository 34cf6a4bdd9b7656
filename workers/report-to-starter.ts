/** How a task tells its end: by a signal to its starter, from the activity that has stored it. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import { withinActivity } from './within-activity.ts';

/** Below the activity's own time limit, so that it is the activity which tries again. */
const DEADLINE_MS = 20_000;

/** To the workflow id without a run, so that a starter that continued as new gets it; one that is over needs nothing. */
export function createReportToStarter(client: Client): ActivityDependencies['reportToStarter'] {
  return async (starter, report) => {
    const handle = client.workflow.getHandle(toWorkflowId(starter));
    try {
      await withinActivity(client, DEADLINE_MS, () => handle.signal(SIGNALS.taskReport, report));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}
