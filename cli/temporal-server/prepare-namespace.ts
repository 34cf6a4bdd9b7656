import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { readErrorReason } from '../read-error.mjs';
import { searchAttributeTypes } from '../../protocol/search-attributes.ts';

/** Values of `temporal.api.enums.v1.IndexedValueType`, whose package is not a dependency of ours. */
const indexedValueTypes = { Keyword: 2, Int: 3 } as const;

/**
 * Registers the search attributes that the namespace does not have yet. Throws where one has another type. A server
 * that lets nobody list them (as Temporal Cloud may) is trusted to have them: a session's start tells otherwise.
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  report: (line: string) => void,
): Promise<void> {
  const missing = await findMissingAttributes(connection, namespace);
  if (missing === null)
    report(`${describeAttributes(namespace)}, which cannot be looked up with this access`);
  if (missing === null || missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, indexedValueTypes[searchAttributeTypes[name]]]),
  );
  try {
    await connection.withMetadata({ 'temporal-namespace': namespace }, () =>
      connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
    );
  } catch (error) {
    throw new Error(
      `${describeAttributes(namespace)}. It lacks ${missing.join(', ')}, and they cannot be added: ` +
        `${readErrorReason(error)}. Somebody who may can add them, with "temporal operator search-attribute create ` +
        '--name … --type …", or for Temporal Cloud on the page of the namespace',
      { cause: error },
    );
  }
}

/** Closed sessions and tasks stay replayable for this long. The dev server's own default is a day. */
export async function setRetention(connection: Connection, namespace: string, days: number): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(`${days} days`) },
  });
}

/** gRPC's PERMISSION_DENIED and UNIMPLEMENTED. */
const NOT_ALLOWED: readonly number[] = [7, 12];

type AttributeName = keyof typeof searchAttributeTypes;

function describeAttributes(namespace: string): string {
  const list = Object.entries(searchAttributeTypes).map(([name, type]) => `${name} (${type})`);
  return `The namespace ${namespace} needs the search attributes ${list.join(', ')}`;
}

/** Null where nobody may list them. */
async function listAttributes(
  connection: Connection,
  namespace: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    // The SDK sends this header with calls of the workflow service alone; Temporal Cloud finds the namespace by it.
    const { customAttributes } = await connection.withMetadata({ 'temporal-namespace': namespace }, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    );
    return customAttributes;
  } catch (error) {
    if (isGrpcServiceError(error) && NOT_ALLOWED.includes(error.code)) return null;
    throw error;
  }
}

async function findMissingAttributes(
  connection: Connection,
  namespace: string,
): Promise<AttributeName[] | null> {
  const customAttributes = await listAttributes(connection, namespace);
  if (customAttributes === null) return null;
  const names = Object.keys(searchAttributeTypes) as AttributeName[];
  return names.filter((name) => {
    const present = customAttributes[name];
    if (present === undefined) return true;
    const wanted = searchAttributeTypes[name];
    if (present === indexedValueTypes[wanted]) return false;
    throw new Error(
      `The search attribute ${name} of the namespace ${namespace} has another type than ${wanted}. ` +
        'Use another namespace (TEMPORAL_NAMESPACE), or remove the attribute there.',
    );
  });
}
