/** `budget` of a team file's limits or of an agent, and what has to be known for one in US dollars. */
import { z } from 'zod';
import type { Budget } from '../../protocol/budget.ts';
import { budgetFileSchema } from '../../protocol/schemas/team-file-agent.ts';
import type { Agent, ModelConfig, Team } from '../../protocol/team.ts';
import { hasPrice } from '../model-prices.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readMap } from './read-shape.ts';

const openBudgetSchema = z.strictObject(budgetFileSchema.shape);

/** Undefined where nothing is limited. */
export function compileBudget(value: unknown, path: Path, report: FindingsReport): Budget | undefined {
  if (value === undefined || value === null) return undefined;
  const { tokens, cost_usd, seconds, on_exhausted } = readMap(openBudgetSchema, value, path, report);
  if (tokens === undefined && cost_usd === undefined && seconds === undefined) {
    report.warn(path, 'limits nothing; give it tokens, cost_usd or seconds');
    return undefined;
  }
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(cost_usd === undefined ? {} : { costUsd: cost_usd }),
    ...(seconds === undefined ? {} : { seconds }),
    onExhausted: on_exhausted ?? 'ask',
  };
}

/** A limit in US dollars holds only for models whose price is known. */
export function requirePrices(
  team: Pick<Team, 'agents' | 'models' | 'limits'>,
  report: FindingsReport,
): void {
  const agents = Object.values(team.agents);
  const ofTree = team.limits.budget?.costUsd === undefined ? [] : agents;
  requirePricesOf(ofTree, team.models, ['limits', 'budget', 'cost_usd'], report);
  for (const agent of agents) {
    if (agent.budget?.costUsd === undefined) continue;
    requirePricesOf([agent], team.models, ['agents', agent.name, 'budget', 'cost_usd'], report);
  }
}

function requirePricesOf(
  agents: readonly Agent[],
  models: Record<string, ModelConfig>,
  path: Path,
  report: FindingsReport,
): void {
  const names = new Set(agents.flatMap((agent) => [agent.model, ...(agent.fallback?.models ?? [])]));
  const unpriced = [...names].flatMap((name) => {
    const model = models[name];
    return model === undefined || hasPrice(model) ? [] : [`${model.provider}/${model.model}`];
  });
  if (unpriced.length === 0) return;
  report.error(
    path,
    `the price of ${[...new Set(unpriced)].join(', ')} is not known, so its cost cannot be limited; ` +
      'limit tokens instead, or use a model whose price is known',
  );
}
