import { BadFunctionRequest } from '../../core/function-address.ts';
import { createOutgoingClient } from '../outgoing/outgoing-client.ts';
import type { Settings } from '../../config/settings.ts';
import { isOwnSecret } from '../../config/settings-table.ts';
import { openWebhookSecret } from '../../config/webhook-secret.ts';
import type { FunctionAccess } from './function-access.ts';

/** From the settings of this process. What runs Offstage itself, such as its database and its keys, is not for teams. */
export function openFunctionAccess(
  settings: Pick<Settings, 'allowHosts' | 'readVariable' | 'webhookSecret' | 'dataFolder'>,
): FunctionAccess {
  return {
    client: createOutgoingClient(settings.allowHosts),
    readSecret: (name) => (isOwnSecret(name) ? null : settings.readVariable(name)),
    webhookSecret: () => openSecret(settings),
  };
}

function openSecret(settings: Parameters<typeof openWebhookSecret>[0]): string {
  try {
    return openWebhookSecret(settings);
  } catch {
    throw new BadFunctionRequest(
      'there is no secret to sign it with; the operator has to set OFFSTAGE_WEBHOOK_SECRET',
    );
  }
}
