/** How a provider misbehaves, made of the answer that it would have given. */
import { cutAnswer, httpError } from '../support/scripted-provider.ts';
import type { Answer, Step } from '../support/scripted-provider.ts';
import type { Trouble } from './directive.ts';

/** Seconds that a provider that is asked too often wants to be left alone. */
export const RETRY_AFTER_SECONDS = 1;
/** Of the teams: `limits.model_idle_timeout`, in milliseconds. */
export const IDLE_TIMEOUT_MS = 3000;

export type Protocol = 'openai' | 'anthropic';

/** `reset_before` is no answer at all: the connection closes where the status would come. */
export function misbehave(trouble: Trouble, answer: Answer, protocol: Protocol): Answer | 'reset' {
  const half = Math.ceil(answer.steps.length / 2);
  switch (trouble) {
    case 'rate_limited':
      return refuse(protocol, 429, 'rate_limit_error', { 'retry-after': String(RETRY_AFTER_SECONDS) });
    case 'e500':
      return refuse(protocol, 500, 'api_error');
    case 'overloaded':
      return refuse(protocol, 529, 'overloaded_error');
    case 'down':
      return refuse(protocol, 503, 'api_error');
    case 'denied':
      return refuse(protocol, 401, 'authentication_error');
    case 'reset_before':
      return 'reset';
    case 'reset_after':
      return cutAnswer(answer, half, 'reset');
    case 'stall':
      return cutAnswer(answer, half, { wait: 'forever' });
    case 'late':
      return lateAnswer(answer, half);
    case 'half':
      return cutAnswer(answer, half);
    case 'content_type':
      return { ...answer, headers: { 'content-type': 'text/html' }, steps: ['<html>Sign in</html>'] };
    case 'doubled':
      return doubleMark(answer, protocol);
  }
}

function refuse(
  protocol: Protocol,
  status: number,
  type: string,
  headers: Record<string, string> = {},
): Answer {
  const error = { type, message: `scripted trouble ${status}` };
  return httpError(status, protocol === 'openai' ? { error } : { type: 'error', error }, headers);
}

/** The rest comes when nobody waits for it any more. */
function lateAnswer(answer: Answer, half: number): Answer {
  const late = new Promise<void>((resolve) => setTimeout(resolve, 2 * IDLE_TIMEOUT_MS).unref());
  return cutAnswer(answer, half, { wait: late }, ...answer.steps.slice(half));
}

/** What may come once comes twice: the end of an OpenAI stream, the beginning of one of Anthropic's. */
function doubleMark(answer: Answer, protocol: Protocol): Answer {
  const steps: Step[] = answer.steps;
  const [first] = steps;
  if (protocol === 'anthropic') return { ...answer, steps: first === undefined ? [] : [first, ...steps] };
  return { ...answer, steps: [...steps, ...steps.slice(-3)] };
}
