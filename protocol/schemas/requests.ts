/** Bodies of requests. Strict: a field that is not known is an error, never ignored. */
import { z } from 'zod';
import { messageContentSchema, messageTextSchema } from './content.ts';

const RECORD_BYTES = 64 * 1024;

const name = z.string().min(1, 'must not be empty').max(200);

/** A JSON object of the caller's own. It is kept with the session, so it stays small. */
function smallRecord(): z.ZodType<Record<string, unknown>> {
  return z
    .record(z.string(), z.unknown())
    .refine(
      (value) => JSON.stringify(value).length <= RECORD_BYTES,
      'must not be larger than 64 KiB as JSON',
    );
}

const textOrContent = { text: messageTextSchema.optional(), content: messageContentSchema.optional() };
const needsTextOrContent = { error: 'needs either text or content, not both' };
const hasTextOrContent = (message: { text?: string; content?: unknown[] }): boolean =>
  (message.text === undefined) !== (message.content === undefined);

export const openSessionSchema = z
  .strictObject({
    team: z
      .union([z.string().min(1, 'must not be empty'), z.record(z.string(), z.unknown())])
      .meta({ description: 'The name of a team, or the team itself: an object or YAML text.' }),
    agent: name.optional().meta({ description: "The agent to begin with, instead of the team's first." }),
    variables: smallRecord().optional(),
    user: z
      .union([name, z.looseObject({ id: name })])
      .optional()
      .meta({
        description: 'The person: an opaque id, or an object with that `id`. Lists are filtered by it.',
      }),
    metadata: smallRecord().optional(),
    message: z
      .union([messageTextSchema, z.strictObject(textOrContent).refine(hasTextOrContent, needsTextOrContent)])
      .optional()
      .meta({ description: 'The first message.' }),
  })
  .meta({ id: 'OpenSession', example: { team: 'assistant', message: 'Hello' } });

export const deliverySchema = z.enum(['next_step', 'after_turn', 'interrupt']).meta({
  id: 'Delivery',
  description:
    'What happens while a turn is running: before the model at its next step, after the turn, or the turn is interrupted.',
});

export const sendMessageSchema = z
  .strictObject({ ...textOrContent, delivery: deliverySchema.optional() })
  .refine(hasTextOrContent, needsTextOrContent)
  .meta({ id: 'SendMessage', example: { text: 'How is it going?' } });

export const interruptSchema = z.strictObject({}).meta({ id: 'Interrupt' });

export const closeSessionSchema = z
  .strictObject({
    reason: z.string().min(1).max(500).optional(),
    tasks: z
      .enum(['stop', 'wrap_up', 'keep'])
      .optional()
      .meta({
        description:
          "What happens to unfinished tasks; without it the team's `on_close` holds (default stop). Kept ones finish " +
          'without notice; those that are queued or stand still are stopped.',
      }),
  })
  .meta({ id: 'CloseSession', example: { reason: 'done' } });

export const startTaskSchema = z
  .strictObject({
    agent: name,
    task: messageTextSchema,
    title: name.optional(),
    expectedOutput: z.string().max(16_384).optional(),
    attachments: z
      .array(z.string())
      .max(100)
      .optional()
      .meta({ description: 'Ids of files that are given to the agent.' }),
    context: z.enum(['none', 'recent', 'all']).optional(),
    variables: smallRecord().optional(),
    dependsOn: z.array(name).max(100).optional().meta({
      description: 'Ids of tasks of this session that have to end first; their results are handed over.',
    }),
    group: name.optional().meta({ description: 'A name that tasks of one purpose share.' }),
    notify: z.enum(['always', 'failure', 'group', 'never']).optional().meta({
      description:
        'When the main agent is told of its end; `group`: once, when the last of its group has ended.',
    }),
    key: name
      .optional()
      .meta({ description: 'The same key gives the task that was already started with it.' }),
  })
  .meta({
    id: 'StartTask',
    example: { agent: 'researcher', task: 'Compare the two offers.', title: 'Offers' },
  });

export const stopModeSchema = z.enum(['now', 'wrap_up']).meta({
  id: 'StopMode',
  description:
    'At once (default), or after one last step without tools in which the agent answers with what it has.',
});

export const stopTaskSchema = z
  .strictObject({ mode: stopModeSchema.optional() })
  .meta({ id: 'StopTask', example: { mode: 'now' } });

export const steerModeSchema = z.enum(['append', 'interrupt']).meta({
  id: 'SteerMode',
  description: 'Before the model at its next step (default), or the running step is interrupted for it.',
});

export const steerTaskSchema = z
  .strictObject({ text: messageTextSchema, mode: steerModeSchema.optional() })
  .meta({ id: 'SteerTask', example: { text: 'Leave out the appendix.' } });

export const holdTaskSchema = z.strictObject({}).meta({ id: 'HoldTask' });

const limit = z.number().min(0).optional();

export const extendBudgetSchema = z
  .strictObject({ tokens: limit, costUsd: limit, seconds: limit })
  .refine((limits) => Object.values(limits).some((value) => value !== undefined), {
    error: 'give at least one of tokens, costUsd and seconds: the new limit',
  })
  .meta({ id: 'ExtendBudget', example: { tokens: 500_000 } });

export const validateTeamSchema = z.strictObject({ yaml: z.string() }).meta({ id: 'ValidateTeam' });

export type OpenSessionBody = z.infer<typeof openSessionSchema>;
export type SendMessageBody = z.infer<typeof sendMessageSchema>;
export type StartTaskBody = z.infer<typeof startTaskSchema>;
export type SteerTaskBody = z.infer<typeof steerTaskSchema>;
export type ExtendBudgetBody = z.infer<typeof extendBudgetSchema>;
