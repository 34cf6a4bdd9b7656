/** How a command or a question to a conversation's workflow can fail, in words of this project. */

import { isGrpcServiceError } from '@temporalio/client';

/** Temporal or every worker is away, or did not answer in time. A command may still be applied later. */
export class TemporalAway extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}: Temporal or its workers did not answer in time. Try again soon`, options);
    this.name = 'TemporalAway';
  }

  /** For the log: what Temporal said, such as `16 UNAUTHENTICATED: Request unauthorized.` */
  get reason(): string {
    let { cause } = this;
    while (cause instanceof Error && !isGrpcServiceError(cause)) cause = cause.cause;
    return cause instanceof Error ? cause.message : 'no answer in time';
  }
}

/** The workflow said no. `type` is one of REFUSALS in protocol/failures.ts. Nothing was changed. */
export class Refused extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'Refused';
    this.type = type;
  }
}

/** There is no running workflow with this id: it has ended, or never was. */
export class WorkflowGone extends Error {
  /** When it was ended from outside: somebody terminated it, or the server did. Null: not that Temporal knew. */
  readonly endedAt: number | null;
  /** False: Temporal has no workflow of this id. It never was, or somebody deleted it, or it is long over. */
  readonly isKnown: boolean;

  constructor(workflowId: string, { endedAt = null, isKnown = true }: Partial<WorkflowEnd> = {}) {
    super(`no workflow runs as ${workflowId}`);
    this.name = 'WorkflowGone';
    this.endedAt = endedAt;
    this.isKnown = isKnown;
  }
}

type WorkflowEnd = Pick<WorkflowGone, 'endedAt' | 'isKnown'>;
