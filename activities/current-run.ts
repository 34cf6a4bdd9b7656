import { activityInfo } from '@temporalio/activity';

/** The run of the workflow that this activity works for. */
export function currentRun(): string {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) throw new Error('This activity does not run for a workflow.');
  return workflowExecution.runId;
}
