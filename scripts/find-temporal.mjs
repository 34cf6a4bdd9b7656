// Prints the path of the Temporal CLI, which it downloads or builds if need be; progress goes to stderr.
import { findTemporalCli } from '../cli/temporal-server/find-temporal-cli.mjs';

try {
  const { path } = await findTemporalCli({ env: process.env, report: (line) => console.error(line) });
  console.log(path);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
