import type { HookStatus } from '../protocol/hooks.ts';

/** The Markdown that the Temporal Web UI shows of a phase's hooks. */
export function describeHooks(hooks: readonly { name: string; status: HookStatus }[]): string {
  const lines = hooks.map(({ name, status }) => `| ${name.replaceAll('|', '\\|')} | ${status} |`);
  return ['| hook | status |', '| --- | --- |', ...lines].join('\n');
}
