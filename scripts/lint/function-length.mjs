// ESLint's own limit on function length, without `describe` blocks: they are chapters, not functions.
import { builtinRules } from 'eslint/use-at-your-own-risk';

const limit = builtinRules.get('max-lines-per-function');

function isDescribeBlock(node) {
  const call = node?.parent;
  if (call?.type !== 'CallExpression') return false;
  const callee = call.callee.type === 'MemberExpression' ? call.callee.object : call.callee;
  return callee.type === 'Identifier' && callee.name === 'describe';
}

export const functionLength = {
  meta: limit.meta,
  create(context) {
    const report = (problem) => {
      if (!isDescribeBlock(problem.node)) context.report(problem);
    };
    return limit.create(Object.create(context, { report: { value: report } }));
  },
};
