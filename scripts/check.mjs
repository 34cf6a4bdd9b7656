// `npm run check`: format, types, lint, layers, dead code, the bundle's contents. Seconds, no tests.
import { checkSteps } from './check-steps.mjs';
import { runSteps } from './run-steps.mjs';

const { passed, failed } = await runSteps(checkSteps, process.env);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
