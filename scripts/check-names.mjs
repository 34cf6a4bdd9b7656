import { findBadNames } from './find-bad-names.mjs';
import { listFiles } from './list-files.mjs';

const problems = findBadNames(listFiles());
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
