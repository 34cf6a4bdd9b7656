/** One attempt of a function's request: its answer, or why there is none and whether another attempt may help. */
import { BadFunctionRequest } from '../../core/function-address.ts';
import { readRetryAfter } from '../model/retry-after.ts';
import { RefusedRequest } from '../outgoing/outgoing-client.ts';
import type { OutgoingClient, OutgoingRequest } from '../outgoing/outgoing-client.ts';

export type FunctionAttempt =
  | { kind: 'answered'; text: string }
  | { kind: 'failed'; reason: string; mayRepeat: boolean; retryAfterMs?: number };

/** Of an answer that refuses: enough to see what is wrong with the arguments. */
const REASON_LENGTH = 1000;

/** Throws what `signal` was aborted with. */
export async function attemptFunction(
  client: OutgoingClient,
  makeRequest: () => Omit<OutgoingRequest, 'signal'>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<FunctionAttempt> {
  const timeout = AbortSignal.timeout(Math.max(1, timeoutMs));
  try {
    const reply = await client.send({ ...makeRequest(), signal: AbortSignal.any([signal, timeout]) });
    if (reply.status >= 200 && reply.status < 300) return { kind: 'answered', text: reply.text };
    return toFailure(reply);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (timeout.aborted) return { kind: 'failed', reason: 'it gave no answer in time', mayRepeat: true };
    if (error instanceof RefusedRequest || error instanceof BadFunctionRequest) {
      return { kind: 'failed', reason: error.message, mayRepeat: false };
    }
    return { kind: 'failed', reason: `it could not be reached (${codeOf(error)})`, mayRepeat: true };
  }
}

function toFailure({ status, headers, text }: Awaited<ReturnType<OutgoingClient['send']>>): FunctionAttempt {
  const said = text.trim().slice(0, REASON_LENGTH);
  const reason = `it answered with status ${status}${said === '' ? '' : `: ${said}`}`;
  const mayRepeat = status >= 500 || [408, 425, 429].includes(status);
  const after = String(headers['retry-after'] ?? '');
  const retryAfterMs = readRetryAfter(new Headers({ 'retry-after': after }), Date.now());
  return { kind: 'failed', reason, mayRepeat, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Such as ECONNREFUSED: what an error says beyond that may quote the address, and a secret with it. */
function codeOf(error: unknown): string {
  const { code, cause, name } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return cause === undefined ? name : codeOf(cause);
}
