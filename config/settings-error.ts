export interface SettingProblem {
  name: string;
  /** What is wrong and what to do, without the value where it is a secret. */
  problem: string;
}

/** Settings that are wrong, all of them at once. */
export class SettingsError extends Error {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ name, problem }) => `  ${name} ${problem}`);
    super(['These settings are wrong (environment or .env):', ...lines].join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
