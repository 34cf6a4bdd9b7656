import type { z } from 'zod';

/** A tool as an agent is offered it. */
export interface CatalogTool {
  name: string;
  description: string;
  arguments: z.ZodType<Record<string, unknown>>;
  /** Set for a tool that the team's file asks for and this system does not have: the answer to each call. */
  unavailable?: string;
}
