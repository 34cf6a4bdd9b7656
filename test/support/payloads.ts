/** Everything that the histories of a conversation hold as content, to look for what must not be in them. */
import type { Client } from '@temporalio/client';

/** The text of each payload in the histories of a session and of its tasks, of all their runs. */
export async function readPayloads(client: Client, workflowId: string): Promise<string[]> {
  const payloads: string[] = [];
  for await (const { workflowId: id, runId } of client.workflow.list({
    query: `WorkflowId STARTS_WITH "${workflowId}"`,
  })) {
    const { events } = await client.workflow.getHandle(id, runId).fetchHistory();
    collect(events, payloads);
  }
  return payloads;
}

function collect(value: unknown, payloads: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  if ('data' in value && value.data instanceof Uint8Array) payloads.push(Buffer.from(value.data).toString());
  else for (const inner of Object.values(value)) collect(inner, payloads);
}
