/**
 * The operator's table of model names: `anthropic/claude-sonnet-4-0: anthropic/claude-sonnet-5-5`. A name on the left
 * is what team files write (with or without a provider), the right side is what is called instead.
 */
import { readFileSync } from 'node:fs';
import { PROVIDER_NAMES } from './model-providers.ts';
import { nearestName } from './nearest-name.ts';
import { createReport } from './teams/finding.ts';
import type { Finding } from './teams/finding.ts';
import { readYaml } from './teams/yaml-source.ts';

export type ModelAliases = Readonly<Record<string, string>>;

export interface ReadAliases {
  aliases: ModelAliases;
  errors: Finding[];
}

/** Reads the YAML or JSON file that `OFFSTAGE_MODEL_ALIASES` names. Entries with errors are left out. */
export function readModelAliases(file: string): ReadAliases {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${String(error)}`;
    return { aliases: {}, errors: [{ path: '', message, line: 1, column: 1 }] };
  }
  return parseModelAliases(text);
}

export function parseModelAliases(text: string): ReadAliases {
  const source = readYaml(text);
  const report = createReport(source.locate);
  report.errors.push(...source.errors);
  const { value } = source;
  if (value === null || value === undefined) return { aliases: {}, errors: report.errors };
  if (typeof value !== 'object' || Array.isArray(value)) {
    report.error([], 'must be a map of names to models, such as "fast: openai/gpt-5.4-mini"');
    return { aliases: {}, errors: report.errors };
  }
  const aliases: [string, string][] = [];
  for (const [name, target] of Object.entries(value)) {
    const problem = findTargetProblem(target);
    if (problem === null) aliases.push([name, String(target)]);
    else report.error([name], problem);
  }
  return { aliases: Object.fromEntries(aliases), errors: report.errors };
}

function findTargetProblem(target: unknown): string | null {
  const parts = typeof target === 'string' ? splitModelName(target) : null;
  if (parts === null) return 'must be a model as provider/model, such as openai/gpt-5.4-mini';
  if (PROVIDER_NAMES.includes(parts.provider)) return null;
  const nearest = nearestName(parts.provider, PROVIDER_NAMES);
  const hint = nearest === null ? `known: ${PROVIDER_NAMES.join(', ')}` : `did you mean "${nearest}"?`;
  return `the provider "${parts.provider}" is not known; ${hint}`;
}

/** `provider/model` in its two parts, at the first slash: models have slashes of their own. Null where one is empty. */
export function splitModelName(name: string): { provider: string; model: string } | null {
  const slash = name.indexOf('/');
  const provider = name.slice(0, slash).trim();
  const model = name.slice(slash + 1).trim();
  return slash < 1 || provider === '' || model === '' ? null : { provider, model };
}
