/** `session:` of a team file: what runs before and after a session, and when it is closed by itself. */
import { z } from 'zod';
import type { Analysis, Hook, SessionPhases } from '../../protocol/hooks.ts';
import { HOOK_PHASES } from '../../protocol/ids.ts';
import type { HookPhase } from '../../protocol/ids.ts';
import { sessionFileSchema } from '../../protocol/schemas/team-file.ts';
import { analysisFileSchema, hookFileSchema } from '../../protocol/schemas/team-file-hook.ts';
import type { HookFile } from '../../protocol/schemas/team-file-hook.ts';
import type { Agent, OnClose, Team } from '../../protocol/team.ts';
import { checkSchema } from './check-schema.ts';
import { isBuiltInFunction } from '../../protocol/built-in-functions.ts';
import { nearestName } from '../nearest-name.ts';
import { readDuration } from './compile-limits.ts';
import type { ModelTable } from './compile-models.ts';
import { checkInput, resolveName } from './compile-references.ts';
import type { ReferenceContext } from './compile-references.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readList, readMap } from './read-shape.ts';

export interface SessionContext {
  references: Omit<ReferenceContext, 'agent'>;
  models: ModelTable;
  /** Of this file. */
  agents: readonly Agent[];
  functions: Team['functions'];
  report: FindingsReport;
}

/** Spec: "default 24 h". */
const IDLE_TIMEOUT_MS = 24 * 3_600_000;
/** Before a session somebody waits; after it nobody does. */
const TIMEOUTS_MS: Record<HookPhase, number> = { pre: 5 * 60_000, post: 3_600_000 };

const openSessionSchema = sessionFileSchema.extend({
  pre: z.unknown(),
  post: z.unknown(),
  analysis: z.unknown(),
});

export function compileSession(
  written: unknown,
  context: SessionContext,
): { onClose: OnClose; session: SessionPhases } {
  const { report } = context;
  const file = written == null ? {} : readMap(openSessionSchema, written, ['session'], report);
  const [pre = [], post = []] = HOOK_PHASES.map((phase) => compileHooks(file[phase], phase, context));
  const isNever = file.idle_timeout === 'never';
  const idle = isNever ? null : readDuration(file.idle_timeout, ['session', 'idle_timeout'], report);
  return {
    onClose: file.on_close ?? 'stop',
    session: {
      pre,
      post,
      analysis: file.analysis == null ? null : compileAnalysis(file.analysis, context),
      idleTimeoutMs: isNever ? null : (idle ?? IDLE_TIMEOUT_MS),
      maxDurationMs: readDuration(file.max_duration, ['session', 'max_duration'], report),
    },
  };
}

function compileHooks(written: unknown, phase: HookPhase, context: SessionContext): Hook[] {
  const { report } = context;
  return readList(hookFileSchema, written, ['session', phase], report).flatMap(({ value, path }) => {
    if ((value.background_agent === undefined) === (value.function === undefined)) {
      report.error(path, 'must name either a background_agent or a function');
      return [];
    }
    checkEffects(value, phase, path, report);
    checkInput(value.input, [...path, 'input'], report);
    const named = nameHook(value, path, context);
    if (named === null) return [];
    const isAnswered = phase === 'pre' && value.output === 'variables' && named.kind === 'background_agent';
    if (isAnswered) checkOutput(named.name, path, context);
    return [
      {
        ...named,
        input: value.input ?? null,
        output: isAnswered ? ('variables' as const) : ('text' as const),
        timeoutMs: compileTimeout(value, named, phase, path, context),
        onError: value.on_error ?? 'abort',
        parallel: value.parallel ?? false,
      },
    ];
  });
}

/** A function brings its own. */
function compileTimeout(
  written: HookFile,
  { kind, name }: Pick<Hook, 'kind' | 'name'>,
  phase: HookPhase,
  path: Path,
  { functions, report }: SessionContext,
): number {
  const own = kind === 'function' ? functions?.[name]?.timeoutMs : undefined;
  return readDuration(written.timeout, [...path, 'timeout'], report) ?? own ?? TIMEOUTS_MS[phase];
}

/** As this team calls it; null where there is none, which is told. */
function nameHook(
  { function: called, background_agent: agent = '' }: HookFile,
  path: Path,
  context: SessionContext,
): Pick<Hook, 'kind' | 'name'> | null {
  if (called === undefined) {
    const name = nameAgent(agent, [...path, 'background_agent'], context);
    return name === null ? null : { kind: 'background_agent', name };
  }
  const { functions = {}, report } = context;
  if (Object.hasOwn(functions, called)) return { kind: 'function', name: called };
  const place = [...path, 'function'];
  if (isBuiltInFunction(called)) {
    report.error(place, `${called} is for agents in a conversation; it cannot be a hook`);
    return null;
  }
  const nearest = nearestName(called, Object.keys(functions));
  const hint = nearest === null ? 'define it under functions' : `did you mean "${nearest}"?`;
  report.error(place, `there is no function "${called}"; ${hint}`);
  return null;
}

function nameAgent(written: string, path: Path, { references, report }: SessionContext): string | null {
  const before = report.errors.length;
  const name = resolveName(written, 'hooks', path, { ...references, agent: 'session' });
  if (name === null && report.errors.length === before) {
    report.error(path, `there is no agent "${written}", and a hook cannot be left out`);
  }
  return name;
}

function checkEffects(written: HookFile, phase: HookPhase, path: Path, report: FindingsReport): void {
  if (written.function !== undefined) {
    for (const key of ['input', 'output'] as const) {
      if (written[key] === undefined) continue;
      report.warn(
        [...path, key],
        'has no effect on a function: it gets the whole session body, and answers itself',
      );
    }
  }
  if (phase !== 'post') return;
  if (written.on_error !== undefined) {
    report.warn([...path, 'on_error'], 'has no effect after a session: the other hooks run in any case');
  }
  if (written.output !== undefined && written.function === undefined) {
    report.warn([...path, 'output'], 'has no effect after a session: nobody reads its variables any more');
  }
}

/** Of an agent of another team the answer alone shows what it is. */
function checkOutput(name: string, path: Path, { agents, report }: SessionContext): void {
  const agent = agents.find((known) => known.name === name);
  if (agent === undefined || agent.structuredOutput?.schema['type'] === 'object') return;
  report.error(
    [...path, 'output'],
    `needs structured_output with a schema of type object on the agent "${name}": its properties become variables`,
  );
}

function compileAnalysis(written: unknown, { models, report }: SessionContext): Analysis | null {
  const path = ['session', 'analysis'];
  const file = readMap(analysisFileSchema, written, path, report);
  if (file.parameters === undefined) {
    report.error(path, 'needs parameters: the JSON Schema of what is to be found out', 'key');
    return null;
  }
  checkSchema(file.parameters, [...path, 'parameters'], report);
  return {
    model: models.refer(file.model ?? 'auto', file.model === undefined ? path : [...path, 'model']) ?? '',
    instruction: file.instruction ?? '',
    parameters: file.parameters,
  };
}
