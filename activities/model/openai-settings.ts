import type { OpenAI } from 'openai';
import type { ModelConfig } from '../../protocol/team.ts';

type Body = OpenAI.Chat.ChatCompletionCreateParamsStreaming;
type Settings = Pick<
  Body,
  | 'temperature'
  | 'top_p'
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'reasoning_effort'
  | 'parallel_tool_calls'
>;

/** What the provider of a model is asked beside the prompt. `isOfficial`: the address is OpenAI's own. */
export function openAiSettings(model: ModelConfig, hasTools: boolean, isOfficial: boolean): Settings {
  const settings: Settings = {};
  const reasons = isReasoningModel(model.model);
  const effort = reasoningEffort(model, hasTools);
  if (effort !== undefined) settings.reasoning_effort = effort;
  // Reasoning models refuse requests that set these.
  if (!reasons || effort === 'none') {
    if (model.temperature !== null) settings.temperature = model.temperature;
    if (model.topP !== null) settings.top_p = model.topP;
  }
  if (model.maxTokens !== null) {
    // The newer name is refused by many compatible servers, the older one by OpenAI's newer models.
    settings[isOfficial || reasons ? 'max_completion_tokens' : 'max_tokens'] = model.maxTokens;
  }
  if (model.parallelToolCalls !== null && hasTools) settings.parallel_tool_calls = model.parallelToolCalls;
  return settings;
}

function isReasoningModel(name: string): boolean {
  return /^(o\d|gpt-5)/.test(name) && !name.includes('-chat');
}

function reasoningEffort(model: ModelConfig, hasTools: boolean): Body['reasoning_effort'] | undefined {
  const name = model.model;
  const minor = Number(/^gpt-5(?:\.(\d+))?(?!.*-chat)/.exec(name)?.[1] ?? 0);
  // From gpt-5.2 on, Chat Completions refuses function tools unless the effort is `none`, also when none is given.
  if (minor >= 2 && hasTools) return 'none';
  const budget = model.thinkingBudget;
  if (budget === null || budget === -1 || budget === 'adaptive') return undefined;
  if (/^(gpt-|chatgpt-)/.test(name) && !isReasoningModel(name)) return undefined;
  if (budget !== 0 && budget !== 'none') {
    return (typeof budget === 'string' ? budget : effortFromTokens(budget)) as Body['reasoning_effort'];
  }
  if (/^o\d/.test(name)) return 'low';
  return name.startsWith('gpt-5') && minor === 0 ? 'minimal' : 'none';
}

/** The budgets that Gemini's OpenAI endpoint has for these words. */
function effortFromTokens(tokens: number): 'low' | 'medium' | 'high' {
  if (tokens <= 1024) return 'low';
  return tokens <= 8192 ? 'medium' : 'high';
}
