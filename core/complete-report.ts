import type { TaskReport } from '../protocol/task.ts';

/** The report of an end that is stored. What a stopped or failed task had said until then is its partial output. */
export function completeReport(
  end: Omit<TaskReport, 'resultSize' | 'files'>,
  { resultSize, files }: Pick<TaskReport, 'resultSize' | 'files'>,
): TaskReport {
  const { task, status, partial, usage, startedAt, endedAt, error, stopped } = end;
  const isCutOff = status !== 'completed' && resultSize > 0;
  const told = { task, status, usage, startedAt, endedAt, error };
  return { ...told, partial: partial || isCutOff, files, resultSize, stopped };
}
