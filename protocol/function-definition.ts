/** A custom function, as a team keeps it: templates and references to secrets stay as they are written. */
type FunctionMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface FunctionDefinition {
  description: string;
  url: string;
  method: FunctionMethod;
  /** A JSON schema of an object. */
  parameters: Record<string, unknown>;
  headers: Record<string, string>;
  /** Of the wait for a function that is waited for, all attempts included; else of each attempt. */
  timeoutMs: number;
  background: boolean;
  /** What the agent reads at once of one that runs in the background. */
  returnMessage: string | null;
  /** What the agent reads when it failed, before the reason. */
  errorMessage: string | null;
}
