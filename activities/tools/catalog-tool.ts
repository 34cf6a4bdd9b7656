import type { z } from 'zod';

interface NamedTool {
  name: string;
  description: string;
}

/** A tool as an agent is offered it. */
export type CatalogTool =
  | (NamedTool & {
      arguments: z.ZodType<Record<string, unknown>>;
      /** Set for a tool that the team's file asks for and this system does not have: the answer to each call. */
      unavailable?: string;
    })
  /** A custom function: the JSON schema of its arguments is the team's. */
  | (NamedTool & { parameters: Record<string, unknown> });
