/**
 * What a Claude model takes. From 4.7 on it decides for itself how much it thinks (`adaptive`, steered by an effort
 * word) and refuses token budgets and sampling settings; before 4.6 it takes those only; 4.6 takes both.
 * Models of other names, on servers that speak Messages, are taken for the older kind, whose settings are the file's.
 */
export interface ClaudeGeneration {
  thinking: 'adaptive' | 'budget';
  takesSampling: boolean;
  /** Whether it can be held to a JSON Schema. */
  takesOutputFormat: boolean;
  /** `max_tokens`, which Messages asks for, where the file sets none: what every model of the generation can give. */
  defaultMaxTokens: number;
}

export function claudeGeneration(model: string): ClaudeGeneration {
  const version = claudeVersion(model);
  const takesOutputFormat = version !== null && version >= 4.5;
  if (version === null) {
    return { thinking: 'budget', takesSampling: true, takesOutputFormat, defaultMaxTokens: 8192 };
  }
  if (version >= 4.7) {
    return { thinking: 'adaptive', takesSampling: false, takesOutputFormat, defaultMaxTokens: 32_000 };
  }
  if (version >= 4.6) {
    return { thinking: 'adaptive', takesSampling: true, takesOutputFormat, defaultMaxTokens: 32_000 };
  }
  const defaultMaxTokens = version >= 3.7 ? 32_000 : version >= 3.5 ? 8192 : 4096;
  return { thinking: 'budget', takesSampling: true, takesOutputFormat, defaultMaxTokens };
}

/** 4.6 of `claude-opus-4-6`, 4 of `claude-sonnet-4-20250514`, 3.5 of `claude-3-5-haiku-latest`; null where there is none. */
function claudeVersion(model: string): number | null {
  const parts = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2})(?!\d))?/.exec(model);
  if (parts !== null) return Number(`${parts[1]}.${parts[2] ?? 0}`);
  // Names without a number, such as a preview, are of the newest generation.
  return /^claude-/.test(model) ? Infinity : null;
}
