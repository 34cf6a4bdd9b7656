import type { OutgoingClient } from '../outgoing/outgoing-client.ts';

/** What requests to functions need of the process that sends them. */
export interface FunctionAccess {
  client: OutgoingClient;
  /** Of the operator's environment, for `${env.NAME}` and `${secret:NAME}`; null: not set, or not for teams. */
  readSecret(name: string): string | null;
  /** `whsec_` and base64. Throws BadFunctionRequest where there is none and none can be kept. */
  webhookSecret(): string;
}
