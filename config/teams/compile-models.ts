/** The models of a team: what `models:` defines, and what `provider/model` says by itself. */
import { modelFileSchema, providerFileSchema } from '../../protocol/schemas/team-file-model.ts';
import type { ModelFile, ProviderFile } from '../../protocol/schemas/team-file-model.ts';
import type { ModelConfig } from '../../protocol/team.ts';
import { splitModelName } from '../model-aliases.ts';
import type { ModelAliases } from '../model-aliases.ts';
import { AUTOMATIC_MODELS, findCallProblem, PROVIDER_NAMES, resolveProvider } from '../model-providers.ts';
import { nearestName } from '../nearest-name.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readEntries, readMap } from './read-shape.ts';
import { DOCKER_PROVIDER_OPTIONS } from './what-exists.ts';

export interface ModelTable {
  /** The key of the model in `used`, entered there; null where the reference is wrong, which is reported. */
  refer(reference: string, path: Path): string | null;
  used: Record<string, ModelConfig>;
}

/** What the models of a file depend on beside the file. */
export interface ModelSurroundings {
  aliases: ModelAliases;
  /** Whether an environment variable is set; never what it holds. */
  isSet: (variable: string) => boolean;
}

interface Context extends ModelSurroundings {
  providers: Record<string, Partial<ProviderFile>>;
  report: FindingsReport;
}

export function compileModels(
  file: { models?: unknown; providers?: unknown },
  surroundings: ModelSurroundings,
  report: FindingsReport,
): ModelTable {
  const context = { ...surroundings, providers: compileProviders(file.providers, report), report };
  const defined = Object.fromEntries(
    readEntries(file.models, ['models'], report).map(([name, value]) => [
      name,
      compileModel(value, ['models', name], context),
    ]),
  );
  const used: Record<string, ModelConfig> = {};
  const refer = (written: string, path: Path): string | null => {
    const reference = takeFirst(written, path, context);
    const model = Object.hasOwn(defined, reference)
      ? (defined[reference] ?? null)
      : referUndefined(reference, path, Object.keys(defined), context);
    if (model === null) return null;
    used[reference] = model;
    return reference;
  };
  return { refer, used };
}

/** Docker Agent takes several models in turn where they are joined by commas. */
function takeFirst(reference: string, path: Path, { aliases, report }: Context): string {
  const comma = reference.indexOf(',');
  if (comma < 0 || Object.hasOwn(aliases, reference)) return reference;
  const first = reference.slice(0, comma).trim();
  report.warn(path, `several models in turn do not exist here; only "${first}" is used`, 'value');
  return first;
}

function referUndefined(
  reference: string,
  path: Path,
  defined: readonly string[],
  context: Context,
): ModelConfig | null {
  const isName =
    !reference.includes('/') && reference !== 'auto' && !Object.hasOwn(context.aliases, reference);
  const nearest = isName ? nearestName(reference, defined) : null;
  if (nearest === null) return compileReference(reference, path, {}, context);
  context.report.error(
    path,
    `the model "${reference}" is not defined in models:; did you mean "${nearest}"?`,
  );
  return null;
}

function compileProviders(value: unknown, report: FindingsReport): Record<string, Partial<ProviderFile>> {
  const providers = readEntries(value, ['providers'], report).map(([name, inner]) => {
    const path = ['providers', name];
    const provider = readMap(providerFileSchema, inner, path, report);
    const saysNoAddress = typeof inner === 'object' && inner !== null && !Object.hasOwn(inner, 'base_url');
    if (saysNoAddress) report.error(path, '"base_url" is missing: the address of the provider', 'key');
    if (provider.api_type === 'openai_responses') {
      report.warn(
        [...path, 'api_type'],
        'the Responses API is not spoken yet; Chat Completions is used at the same base_url',
      );
    }
    return [name, provider] as const;
  });
  return Object.fromEntries(providers);
}

function compileModel(value: unknown, path: Path, context: Context): ModelConfig | null {
  const { report, aliases } = context;
  const written = readMap(modelFileSchema, value, path, report);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (written.first_available !== undefined) {
    const candidates = written.first_available.map((name, index) =>
      compileReference(name, [...path, 'first_available', index], written, context),
    );
    return pickAvailable(candidates, context);
  }
  const isComplete = ['provider', 'model'].every((key) => {
    const isThere = Object.hasOwn(value, key) && (value as Record<string, unknown>)[key] !== null;
    if (!isThere) report.error(path, missingKeyWords(key), 'key');
    return isThere;
  });
  if (!isComplete || written.provider === undefined || written.model === undefined) return null;
  const alias = written.base_url === undefined ? aliases[`${written.provider}/${written.model}`] : undefined;
  const own = { provider: written.provider, model: written.model };
  const target = (alias === undefined ? null : splitModelName(alias)) ?? own;
  return build(target, written, [...path, 'provider'], context);
}

function missingKeyWords(key: string): string {
  return key === 'provider'
    ? 'the model has no provider; add one, such as "provider: openai"'
    : 'the model has no name; add one, such as "model: gpt-5.4-mini"';
}

function pickAvailable(candidates: readonly (ModelConfig | null)[], { isSet }: Context): ModelConfig | null {
  const models = candidates.filter((model) => model !== null);
  if (models.length < candidates.length) return null;
  return models.find((model) => findCallProblem(model, isSet) === null) ?? models[0] ?? null;
}

/** A model that is named where it is used: `provider/model`, an alias, or `auto`. */
function compileReference(
  name: string,
  path: Path,
  written: Partial<ModelFile>,
  context: Context,
): ModelConfig | null {
  const { aliases, report } = context;
  if (Object.hasOwn(aliases, name)) {
    const target = splitModelName(aliases[name] ?? '');
    return target === null ? null : build(target, written, path, context);
  }
  if (name === 'auto') {
    const candidates = AUTOMATIC_MODELS.map((model) => compileReference(model, path, written, context));
    return pickAvailable(candidates, context);
  }
  const parts = splitModelName(name);
  if (parts !== null) return build(parts, written, path, context);
  report.error(
    path,
    `the model "${name}" is not defined in models: and names no provider; ` +
      'write it as provider/model, such as openai/gpt-5.4-mini',
  );
  return null;
}

function build(
  target: { provider: string; model: string },
  written: Partial<ModelFile>,
  path: Path,
  context: Context,
): ModelConfig | null {
  const { providers, report } = context;
  const custom = Object.hasOwn(providers, target.provider) ? providers[target.provider] : undefined;
  const baseUrl = written.base_url ?? custom?.base_url ?? null;
  if (custom === undefined && baseUrl === null && !PROVIDER_NAMES.includes(target.provider)) {
    report.error(path, unknownProviderWords(target.provider, Object.keys(providers)));
    return null;
  }
  const model: ModelConfig = {
    provider: target.provider,
    model: target.model,
    baseUrl,
    tokenKey: written.token_key ?? custom?.token_key ?? null,
    temperature: written.temperature ?? null,
    topP: written.top_p ?? null,
    maxTokens: written.max_tokens ?? null,
    thinkingBudget: written.thinking_budget ?? null,
    parallelToolCalls: written.parallel_tool_calls ?? null,
    providerOptions: toProviderOptions(written, path, report),
  };
  const endpoint = resolveProvider(model);
  if (endpoint.protocol === null)
    report.warn(path, `${endpoint.reason}; agents that use it fail when they are called`);
  return model;
}

function unknownProviderWords(provider: string, own: readonly string[]): string {
  const known = [...own, ...PROVIDER_NAMES];
  const nearest = nearestName(provider, known);
  const hint = nearest === null ? `known: ${known.join(', ')}` : `did you mean "${nearest}"?`;
  return `the provider "${provider}" is not known; ${hint} Another one needs a base_url, or a definition in providers:`;
}

function toProviderOptions(
  written: Partial<ModelFile>,
  path: Path,
  report: FindingsReport,
): Record<string, unknown> {
  const options = Object.entries(written.provider_opts ?? {}).filter(([name]) => {
    const isDockers = DOCKER_PROVIDER_OPTIONS.includes(name);
    if (isDockers) {
      report.warn([...path.slice(0, -1), 'provider_opts', name], `the option ${name} has no effect here`);
    }
    return !isDockers;
  });
  if (written.frequency_penalty !== undefined) options.push(['frequency_penalty', written.frequency_penalty]);
  if (written.presence_penalty !== undefined) options.push(['presence_penalty', written.presence_penalty]);
  return Object.fromEntries(options);
}
