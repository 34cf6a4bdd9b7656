import type { FunctionAccess } from '../../activities/functions/function-access.ts';
import { createOutgoingClient } from '../../activities/outgoing/outgoing-client.ts';

export const TEST_WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of the tests, 32 bytes.').toString('base64')}`;

/** Functions of tests are served by this machine. */
export function createFunctionAccess(secrets: Record<string, string> = {}): FunctionAccess {
  return {
    client: createOutgoingClient(['127.0.0.1']),
    readSecret: (name) => secrets[name] ?? null,
    webhookSecret: () => TEST_WEBHOOK_SECRET,
  };
}
