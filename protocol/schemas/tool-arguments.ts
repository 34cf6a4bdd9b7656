/** Arguments of the tools that we define: checked where a model's reply comes in, described to models from here. */
import { z } from 'zod';

const taskId = z.string().min(1).describe('The task id, as the start of the task gave it');

export const runBackgroundAgentArguments = z.strictObject({
  agent: z.string().describe('Which agent does the work'),
  task: z
    .string()
    .describe('What it is to do, with everything that it has to know: it does not see this conversation'),
  expected_output: z.string().optional().describe('What a good answer looks like'),
  title: z.string().optional().describe('A few words by which people recognise the task'),
  attachments: z.array(z.string()).optional().describe('Ids of files that the agent is to see'),
  context: z
    .enum(['none', 'recent', 'all'])
    .optional()
    .describe('How much of this conversation the agent gets to read; default none'),
  depends_on: z
    .array(taskId)
    .max(100)
    .optional()
    .describe('Ids of your tasks that have to end first; this one gets their results'),
  variables: z.record(z.string(), z.unknown()).optional().describe('Facts for the agent, by name'),
  group: z.string().min(1).optional().describe('A name that tasks of one purpose share'),
  notify: z
    .enum(['always', 'failure', 'group', 'never'])
    .optional()
    .describe(
      'When to tell you of its end; default always. group: once, when the last of its group has ended',
    ),
  key: z.string().optional().describe('The same key gives the task that was already started with it'),
});

export const transferTaskArguments = z.strictObject({
  agent: z.string().describe('Which agent does the work'),
  task: z
    .string()
    .describe('What it is to do, with everything that it has to know: it does not see this conversation'),
  expected_output: z.string().optional().describe('What a good answer looks like'),
});

export const listBackgroundAgentsArguments = z.strictObject({});

export const viewBackgroundAgentArguments = z.strictObject({
  task_id: taskId,
  from: z.number().int().min(0).optional().describe('Read on from this character of a long output'),
});

export const stopBackgroundAgentArguments = z.strictObject({
  task_id: taskId,
  mode: z
    .enum(['now', 'wrap_up'])
    .optional()
    .describe(
      'now (default): at once, what it has so far is kept; wrap_up: it answers first with what it has',
    ),
});

export const messageBackgroundAgentArguments = z.strictObject({
  task_id: taskId,
  message: z.string().min(1).describe('Words for the agent, put before it at its next step'),
  mode: z
    .enum(['append', 'interrupt'])
    .optional()
    .describe('append (default): at its next step; interrupt: now, what it is saying is cut off'),
});

export const waitBackgroundAgentsArguments = z.strictObject({
  task_ids: z.array(taskId).min(1).max(100),
  for: z
    .union([z.enum(['all', 'any']), z.number().int().min(1)])
    .optional()
    .describe('How many have to end: all (default), any, or a number'),
  timeout: z.number().min(0).max(3600).optional().describe('Seconds to wait at most; default 300'),
});

export const subAgentToolArguments = z.strictObject({
  task: z
    .string()
    .describe('What it is to do, with everything that it has to know: it does not see this conversation'),
  background: z
    .boolean()
    .optional()
    .describe('true: it works beside the conversation, and you get a task id. Else you wait for its answer'),
  max_turns: z.number().int().min(0).optional().describe('Steps that it may take; 0 for its own limit'),
});

export const handoffArguments = z.strictObject({
  agent: z.string().describe('Who takes over'),
  reason: z.string().optional().describe('Why, in a sentence: it is told to that agent'),
});

export const getTaskResultArguments = z.strictObject({
  task_id: taskId,
  wait: z.boolean().optional().describe('Whether to wait for its end'),
  timeout: z.number().int().min(0).optional().describe('Milliseconds to wait at most; 0 for no limit'),
});

export const stopTaskArguments = z.strictObject({ task_id: taskId });
export const listTasksArguments = z.strictObject({});

export const thinkArguments = z.strictObject({ thought: z.string() });

export const saveFileArguments = z.strictObject({
  name: z.string().min(1).max(255).describe('File name with its ending, such as report.md'),
  media_type: z.string().min(3).max(127).describe('Such as text/markdown or text/csv'),
  content: z.string().describe('The text of the file'),
});

export const reportProgressArguments = z.strictObject({
  message: z.string().min(1).max(500).describe('One line: what you have done and what you are at'),
  percent: z.number().min(0).max(100).optional().describe('How much of the task is done, from 0 to 100'),
});

export const askStarterArguments = z.strictObject({
  question: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .describe('What you have to know, and between which answers to choose'),
});

const todoStatus = z.enum(['pending', 'in-progress', 'completed']);
export const createTodoArguments = z.strictObject({ description: z.string().min(1) });
export const createTodosArguments = z.strictObject({
  descriptions: z.array(z.string().min(1)).min(1).max(100),
});
export const updateTodosArguments = z.strictObject({
  updates: z
    .array(z.strictObject({ id: z.string(), status: todoStatus }))
    .min(1)
    .max(100),
});
export const listTodosArguments = z.strictObject({});

export type RunBackgroundAgentArguments = z.infer<typeof runBackgroundAgentArguments>;
export type TransferTaskArguments = z.infer<typeof transferTaskArguments>;
export type ViewBackgroundAgentArguments = z.infer<typeof viewBackgroundAgentArguments>;
export type StopBackgroundAgentArguments = z.infer<typeof stopBackgroundAgentArguments>;
export type MessageBackgroundAgentArguments = z.infer<typeof messageBackgroundAgentArguments>;
export type SubAgentToolArguments = z.infer<typeof subAgentToolArguments>;
export type GetTaskResultArguments = z.infer<typeof getTaskResultArguments>;
export type HandoffArguments = z.infer<typeof handoffArguments>;
export type StopTaskArguments = z.infer<typeof stopTaskArguments>;
export type WaitBackgroundAgentsArguments = z.infer<typeof waitBackgroundAgentsArguments>;

export const endSessionArguments = z.strictObject({
  reason: z.string().min(1).max(500).describe('Why it ends, in a few words'),
});

export const scheduleFollowUpArguments = z.strictObject({
  message: z
    .string()
    .min(1)
    .max(4000)
    .describe('What you want to be told then: what to do, and what to know for it'),
  after: z.string().optional().describe('In how much time, such as 90s, 45m, 2h or 3d'),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When, instead of after: ISO 8601 with its offset, such as 2026-03-01T09:00:00+01:00'),
});

export const cancelFollowUpArguments = z.strictObject({
  id: z.string().describe('As schedule_follow_up gave it'),
});

export const setVariableArguments = z.strictObject({
  key: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64'),
  value: z.unknown().describe('Any JSON value'),
});

export type EndSessionArguments = z.infer<typeof endSessionArguments>;
export type ScheduleFollowUpArguments = z.infer<typeof scheduleFollowUpArguments>;
export type CancelFollowUpArguments = z.infer<typeof cancelFollowUpArguments>;
export type SetVariableArguments = z.infer<typeof setVariableArguments>;
