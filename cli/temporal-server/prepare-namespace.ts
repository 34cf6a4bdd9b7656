import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { readErrorReason } from '../read-error.mjs';
import { searchAttributeTypes } from '../../protocol/search-attributes.ts';

/** Values of `temporal.api.enums.v1.IndexedValueType`, whose package is not a dependency of ours. */
const indexedValueTypes = { Keyword: 2, Int: 3 } as const;

/** Registers the search attributes that the namespace does not have yet. Throws where one has another type. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await findMissingAttributes(connection, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, indexedValueTypes[searchAttributeTypes[name]]]),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    const flags = missing.map((name) => `--name ${name} --type ${searchAttributeTypes[name]}`).join(' ');
    throw new Error(
      `The namespace ${namespace} lacks search attributes, and they cannot be added: ${readErrorReason(error)}. ` +
        `Somebody who may can add them: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
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

type AttributeName = keyof typeof searchAttributeTypes;

async function findMissingAttributes(connection: Connection, namespace: string): Promise<AttributeName[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
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
