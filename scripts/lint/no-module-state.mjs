// What a module holds must not change: the conversations of a worker share the modules of the workflow bundle, and a
// replay begins with them as earlier conversations have left them.
const CHANGING_METHODS = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '),
);

function isChanged(identifier) {
  let node = identifier;
  let method = null;
  while (node.parent.type === 'MemberExpression' && node.parent.object === node) {
    node = node.parent;
    method = node.property.name ?? null;
  }
  const { parent } = node;
  if (parent.type === 'CallExpression' && parent.callee === node) return CHANGING_METHODS.has(method);
  if (parent.type === 'CallExpression' && parent.arguments[0] === node) return isAssigning(parent.callee);
  if (method === null) return false;
  if (parent.type === 'AssignmentExpression') return parent.left === node;
  return (
    parent.type === 'UpdateExpression' || (parent.type === 'UnaryExpression' && parent.operator === 'delete')
  );
}

const isAssigning = ({ object, property }) => object?.name === 'Object' && property?.name === 'assign';

export const noModuleState = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      changed:
        'Not in what the workflow bundle holds: all conversations of a worker share `{{name}}`. Keep what changes in a state.',
    },
  },
  create(context) {
    return {
      'Program:exit'(program) {
        const scope = context.sourceCode.getScope(program);
        const module = scope.childScopes.find(({ type }) => type === 'module');
        for (const { name, references } of module?.variables ?? []) {
          for (const reference of references) {
            const isWritten = reference.isWrite() && !reference.init;
            if (isWritten || isChanged(reference.identifier))
              context.report({ node: reference.identifier, messageId: 'changed', data: { name } });
          }
        }
      },
    };
  },
};
