/** The request of a function, from what the team's file says and what is known of the session. */
import { renderAddress, renderHeaders } from '../../core/function-address.ts';
import type { Rendering } from '../../core/render-template.ts';
import type { FunctionDefinition } from '../../protocol/function-definition.ts';
import type { OutgoingRequest } from '../outgoing/outgoing-client.ts';
import type { FunctionAccess } from './function-access.ts';
import { signRequest } from './sign-request.ts';

export interface FunctionContent {
  id: string;
  at: number;
  rendering: Rendering;
  /** The session body. */
  body: Record<string, unknown>;
  params: Record<string, unknown>;
}

/** Throws BadFunctionRequest. A GET has no body: its parameters are in the address, and the signature is over nothing. */
export function toFunctionRequest(
  { readSecret, webhookSecret }: Pick<FunctionAccess, 'readSecret' | 'webhookSecret'>,
  definition: FunctionDefinition,
  { id, at, rendering, body: content, params }: FunctionContent,
): Omit<OutgoingRequest, 'signal'> {
  const { method } = definition;
  const url = renderAddress(definition.url, rendering, readSecret);
  const hasBody = method !== 'GET';
  const body = hasBody ? JSON.stringify(content) : '';
  return {
    url: hasBody ? url : withParameters(url, params),
    method,
    headers: {
      accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
      'user-agent': 'Offstage',
      ...renderHeaders(definition.headers, rendering, readSecret),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...signRequest(webhookSecret(), { id, at, body }),
    },
    body: hasBody ? body : null,
  };
}

function withParameters(url: string, params: Record<string, unknown>): string {
  if (!URL.canParse(url) || Object.keys(params).length === 0) return url;
  const target = new URL(url);
  for (const [name, value] of Object.entries(params)) {
    target.searchParams.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return target.href;
}
