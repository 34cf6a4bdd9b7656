/** What the API answers with. Times are ISO 8601 in UTC, durations milliseconds; what is unknown is null. */
import { z } from 'zod';
import { BUDGET_UNITS } from '../budget.ts';
import { partSchema, toolCallSchema, usageSchema } from './content.ts';
import { failureSchema } from './failure.ts';
import { hookPhaseSchema, hookSchema } from './hooks.ts';
import { SESSION_STATUSES, TASK_STATUSES } from './queries.ts';
import { stopModeSchema } from './requests.ts';

const time = z.iso.datetime();
const stale = z
  .literal(true)
  .optional()
  .meta({ description: 'Set when Temporal or every worker is away and the answer is what the store has.' });

export const messageSchema = z
  .strictObject({
    id: z.string(),
    turn: z.number().nullable(),
    step: z.number().nullable(),
    role: z.enum(['user', 'assistant', 'tool', 'system']),
    agent: z.string().nullable(),
    content: z.array(partSchema),
    toolCalls: z.array(toolCallSchema),
    status: z.enum(['committed', 'interrupted']),
    createdAt: time,
    usage: usageSchema.nullable(),
  })
  .meta({ id: 'Message' });

export const taskStatusSchema = z.enum(TASK_STATUSES).meta({ id: 'TaskStatus' });

/** How far a budget is used, in the unit that comes to its end first. */
export const budgetUseShape = {
  scope: z.enum(['tree', 'task']),
  unit: z.enum(BUDGET_UNITS),
  used: z.number(),
  limit: z.number(),
};

const noticeSchema = z.strictObject({
  state: z.enum(['pending', 'delivered', 'spoken', 'none']),
  turn: z.number().nullable(),
  message: z.string().nullable(),
});

const taskSummaryShape = {
  id: z.string(),
  agent: z.string(),
  title: z.string(),
  status: taskStatusSchema,
  depth: z.number(),
  starter: z.union([
    z.strictObject({ session: z.string() }),
    z.strictObject({ task: z.string() }),
    z.strictObject({ hook: hookPhaseSchema }),
  ]),
  progress: z.strictObject({ message: z.string(), percent: z.number().nullable() }).nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  runtimeMs: z.number().nullable(),
  waitingFor: z.enum(['answer', 'budget']).nullable(),
  question: z.string().nullable().meta({ description: 'What it asks. A message to it is the answer.' }),
  shortage: z
    .strictObject(budgetUseShape)
    .nullable()
    .meta({ description: 'The budget that it waits for, of the whole tree or its own.' }),
  notice: noticeSchema.meta({ description: 'How far its end was told to who started it.' }),
};

export const taskSummarySchema = z.strictObject(taskSummaryShape).meta({ id: 'TaskSummary' });

export const listedTaskSchema = z
  .strictObject({
    ...taskSummaryShape,
    notice: noticeSchema.meta({
      description:
        'State `none` of every task: this list does not ask the sessions, whose own lists tell it.',
    }),
    session: z.string(),
  })
  .meta({ id: 'ListedTask', description: 'A task in a list over all sessions.' });

const amountSchema = z.strictObject({ used: z.number(), limit: z.number().nullable() });
const newLimit = z.number().nullable();
const extensionSchema = z
  .strictObject({
    by: z.string().meta({ description: 'The principal who set the limits.' }),
    at: z.iso.datetime(),
    ...{ tokens: newLimit, costUsd: newLimit, seconds: newLimit },
  })
  .meta({ description: 'New limits of a budget; null where one was left as it was.' });
const budgetShape = {
  tokens: amountSchema,
  costUsd: amountSchema,
  seconds: amountSchema,
  extensions: z
    .array(extensionSchema)
    .meta({ description: 'Who set new limits, and when; the latest last.' }),
};

const budgetSchema = z.strictObject(budgetShape).nullable().meta({
  description: 'What it may spend and has spent; null where nothing limits it, or nothing was spent yet.',
});

const fileShape = { id: z.string(), name: z.string(), mediaType: z.string(), size: z.number() };
export const fileSchema = z.strictObject(fileShape).meta({ id: 'File' });

export const taskSchema = z
  .strictObject({
    ...taskSummaryShape,
    session: z.string(),
    task: z.string(),
    expectedOutput: z.string().nullable(),
    phase: z.string().nullable(),
    step: z.number().nullable(),
    currentTool: z.string().nullable(),
    output: z.string().meta({ description: 'What it said so far, the last 16 KiB.' }),
    result: z.string().nullable(),
    error: failureSchema.nullable(),
    partial: z.boolean(),
    files: z.array(fileSchema),
    usage: usageSchema.nullable().meta({ description: 'Of its own calls and those of the tasks below it.' }),
    budget: budgetSchema,
    tasks: z.array(taskSummarySchema),
    links: z.strictObject({ temporal: z.string().nullable(), events: z.string(), messages: z.string() }),
    stale,
  })
  .meta({ id: 'Task' });

const listedSessionShape = {
  id: z.string(),
  workspace: z.string(),
  status: z.enum(SESSION_STATUSES),
  team: z.strictObject({ name: z.string(), version: z.string() }),
  agent: z.string(),
  user: z.union([z.string(), z.looseObject({ id: z.string() })]).nullable(),
  title: z.string().nullable(),
  demo: z.boolean().meta({ description: 'The demo model answers, not a real one.' }),
  createdAt: time,
  updatedAt: time,
  closedAt: time.nullable(),
  closeReason: z.string().nullable(),
};

export const listedSessionSchema = z.strictObject(listedSessionShape).meta({ id: 'ListedSession' });

export const sessionSchema = z
  .strictObject({
    ...listedSessionShape,
    variables: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
    tasks: z.array(taskSummarySchema),
    usage: usageSchema,
    treeUsage: usageSchema,
    budget: budgetSchema,
    offset: z.number().meta({ description: 'The offset of the last event.' }),
    analysis: z.unknown().meta({
      description: "What the team's analysis made of the session, by its `parameters`; null until then.",
    }),
    hooks: z.array(hookSchema),
    links: z.strictObject({ temporal: z.string().nullable(), events: z.string(), messages: z.string() }),
    stale,
  })
  .meta({ id: 'Session' });

export const acknowledgementSchema = z
  .strictObject({ message: z.string(), turn: z.number(), offset: z.number() })
  .meta({
    id: 'Acknowledgement',
    description: 'The message was accepted: the turn that takes it and its offset.',
  });

export const answeredMessageSchema = z
  .strictObject({
    message: z.string(),
    turn: z.number(),
    offset: z.number(),
    outcome: z.enum(['answered', 'interrupted', 'failed', 'limit']),
    reply: messageSchema.nullable(),
  })
  .meta({ id: 'AnsweredMessage', description: 'The end of the turn that took the message.' });

export const interruptedSchema = z
  .strictObject({ turn: z.number().nullable(), changed: z.boolean() })
  .meta({ id: 'Interrupted' });

export const closedSchema = z
  .strictObject({ status: z.enum(SESSION_STATUSES), changed: z.boolean() })
  .meta({ id: 'Closed' });

export const receiptSchema = z
  .strictObject({
    mode: stopModeSchema,
    changed: z.boolean(),
    tasks: z.array(
      z.strictObject({ id: z.string(), agent: z.string(), status: taskStatusSchema, partial: z.boolean() }),
    ),
    quiet: z.boolean(),
  })
  .meta({
    id: 'Receipt',
    description: 'Every task of the subtree with its state; quiet when none runs any more.',
  });

export const heldTaskSchema = z
  .strictObject({ id: z.string(), status: taskStatusSchema, changed: z.boolean() })
  .meta({ id: 'HeldTask', description: 'What the task is now, and whether the request changed that.' });

export const extendedBudgetSchema = z
  .strictObject({
    scope: z.enum(['tree', 'task']),
    ...budgetShape,
    tasks: z.array(z.string()).meta({ description: 'Tasks that waited for it and go on.' }),
  })
  .meta({ id: 'ExtendedBudget', description: 'What a tree or a task may spend, and has spent.' });

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Some problems carry more members, such as `message`.' });

export type MessageResource = z.infer<typeof messageSchema>;
export type TaskSummaryResource = z.infer<typeof taskSummarySchema>;
export type TaskResource = z.infer<typeof taskSchema>;
export type ListedTaskResource = z.infer<typeof listedTaskSchema>;
export type ListedSessionResource = z.infer<typeof listedSessionSchema>;
export type SessionResource = z.infer<typeof sessionSchema>;
export type AnsweredMessageResource = z.infer<typeof answeredMessageSchema>;
export type BudgetResource = NonNullable<z.infer<typeof budgetSchema>>;
export type ExtendedBudgetResource = z.infer<typeof extendedBudgetSchema>;
