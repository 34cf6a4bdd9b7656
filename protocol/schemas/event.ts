/**
 * Events as the feed serves them: those of protocol/events.ts with times in ISO 8601 and content from the store.
 * The live types have no offset; nothing depends on them.
 */
import { z } from 'zod';
import { partSchema, toolCallSchema, usageSchema } from './content.ts';
import { failureSchema } from './failure.ts';
import { hookEndSchema, hookNameShape } from './hooks.ts';
import { deliverySchema, steerModeSchema, stopModeSchema } from './requests.ts';
import { budgetUseShape, messageSchema, taskStatusSchema } from './resources.ts';

const turn = z.number();
const step = z.number();
const task = z.string();
const taskName = { task, agent: z.string(), title: z.string(), depth: z.number() };

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.strictObject({ offset: z.number(), at: z.iso.datetime(), type: z.literal(type), ...shape });
}

export const eventSchema = z
  .discriminatedUnion('type', [
    event('session.opened', { team: z.string(), agent: z.string() }),
    event('hook.started', { ...hookNameShape, task: task.nullable() }),
    event('hook.finished', { ...hookNameShape, status: hookEndSchema, error: failureSchema.nullable() }),
    event('session.ready', {}),
    event('session.closing', { reason: z.string(), aborted: z.literal(true).optional() }),
    event('session.closed', { reason: z.string() }),
    event('notice', { code: z.string(), text: z.string() }),
    event('variables.changed', { keys: z.array(z.string()), by: z.string() }),
    event('variables.missing', { keys: z.array(z.string()) }),
    event('message.queued', { message: messageSchema, delivery: deliverySchema }),
    event('agent.switched', { from: z.string(), to: z.string(), reason: z.string().nullable() }),
    event('turn.started', {
      turn,
      cause: z.enum(['message', 'completion', 'question', 'nudge', 'schedule', 'task']),
      inputs: z.array(z.string()),
    }),
    event('turn.interrupting', { turn }),
    event('turn.finished', {
      turn,
      outcome: z.enum(['answered', 'interrupted', 'failed', 'limit']),
      error: failureSchema.nullable(),
      usage: usageSchema,
    }),
    event('step.started', { turn, step, agent: z.string(), model: z.string(), inputs: z.array(z.string()) }),
    event('message.committed', {
      turn,
      step,
      agent: z.string(),
      model: z.string().nullable(),
      message: z.string(),
      role: z.enum(['assistant', 'system']),
      status: z.enum(['committed', 'interrupted']),
      content: z.array(partSchema),
      toolCalls: z.array(toolCallSchema),
      stopReason: z.string().nullable(),
      usage: usageSchema.nullable(),
    }),
    event('tool.started', {
      turn,
      step,
      call: z.string(),
      tool: z.string(),
      arguments: z.record(z.string(), z.unknown()).nullable(),
    }),
    event('tool.finished', {
      turn,
      step,
      call: z.string(),
      tool: z.string(),
      outcome: z.enum(['ok', 'error', 'cancelled']),
      result: z.string().nullable().meta({ description: 'The first 4 KiB of the result.' }),
      truncated: z.boolean(),
    }),
    event('function.started', { call: z.string(), function: z.string(), turn }),
    event('function.finished', {
      call: z.string(),
      function: z.string(),
      outcome: z.enum(['ok', 'error', 'cancelled']),
    }),
    event('followup.scheduled', { followUp: z.string(), dueAt: z.iso.datetime() }),
    event('followup.cancelled', { followUp: z.string() }),
    event('followup.due', { followUp: z.string() }),
    event('task.queued', {
      ...taskName,
      mode: z.enum(['background', 'transfer']),
      cause: z.enum(['model', 'signal', 'api', 'hook']),
    }),
    event('task.refused', { agent: z.string(), reason: z.string() }),
    event('task.started', taskName),
    event('task.steering', { task, message: z.string(), mode: steerModeSchema }),
    event('task.steered', {
      task,
      message: z.string(),
      turn: turn.nullable(),
      appliedAtStep: step.nullable(),
    }),
    event('task.asked', {
      task,
      turn,
      step,
      question: z.string().nullable().meta({ description: 'A message to the task is the answer.' }),
    }),
    event('task.paused', { task }),
    event('task.resumed', { task, status: z.enum(['running', 'queued', 'waiting_input']) }),
    event('task.detached', { task }),
    event('task.cancelling', { task, mode: stopModeSchema }),
    event('task.finished', {
      ...taskName,
      status: taskStatusSchema,
      partial: z.boolean(),
      usage: usageSchema,
      runtimeMs: z.number().nullable(),
      error: failureSchema.nullable(),
      files: z.number(),
    }),
    event('task.slow', { task, runtimeMs: z.number() }),
    event('completion.delivered', { tasks: z.array(z.string()), turn, by: z.enum(['notice', 'tool']) }),
    event('completion.spoken', { tasks: z.array(z.string()), message: z.string() }),
    event('question.delivered', { tasks: z.array(z.string()), turn, by: z.enum(['notice', 'tool']) }),
    event('budget.warned', { task: task.nullable(), ...budgetUseShape }),
    event('budget.exhausted', { task: task.nullable(), asks: z.boolean(), ...budgetUseShape }),
    event('budget.extended', {
      task: task.nullable(),
      by: z.string().nullable().meta({ description: 'The principal who set the new limits.' }),
      tokens: z.number().nullable(),
      costUsd: z.number().nullable(),
      seconds: z.number().nullable(),
    }),
  ])
  .meta({ id: 'Event', description: 'One line of the feed. New types may be added.' });

export const liveEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('delta'),
      turn,
      step,
      attempt: z.number(),
      kind: z.enum(['text', 'thinking', 'arguments']),
      text: z.string(),
      call: z.string().optional(),
    }),
    z.strictObject({ type: z.literal('attempt.reset'), turn, step, attempt: z.number(), reason: z.string() }),
    z.strictObject({
      type: z.literal('task.progress'),
      task,
      phase: z.string(),
      step,
      tool: z.string().nullable(),
      message: z.string().nullable(),
      percent: z.number().nullable(),
    }),
    z.strictObject({
      type: z.literal('task.event'),
      task,
      event: z.record(z.string(), z.unknown()).meta({
        description: 'A line of the feed of a task that the conversation waits for (a transfer).',
      }),
    }),
  ])
  .meta({ id: 'LiveEvent', description: 'Sent without id: a hint for those who watch now.' });

export type EventResource = z.infer<typeof eventSchema>;
