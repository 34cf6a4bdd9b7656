import type { Finding, DoctorDependencies } from './doctor-findings.ts';
import { collectFindings } from './doctor-findings.ts';

/** `offstage doctor`: what was found, what not and why, and what to do. Returns the exit code. */
export async function runDoctor(
  dependencies: DoctorDependencies,
  print: (line: string) => void,
): Promise<number> {
  const findings = await collectFindings(dependencies);
  for (const finding of findings) for (const line of describeFinding(finding)) print(line);
  const missing = findings.filter(({ found }) => !found);
  print('');
  print(
    missing.length === 0
      ? 'Nothing is missing.'
      : `To be mended: ${missing.map(({ what }) => what).join(', ')}.`,
  );
  return missing.length === 0 ? 0 : 1;
}

function describeFinding({ what, found, detail, todo }: Finding): string[] {
  const [first = '', ...rest] = detail.split('\n');
  const lines = [`${found ? 'ok ' : 'NO '} ${what}: ${first}`, ...rest.map((line) => `      ${line}`)];
  return todo ? [...lines, `    → ${todo}`] : lines;
}
