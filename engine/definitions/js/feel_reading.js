// Reading expressions without evaluating them.
import { evaluate, parseExpression, parseUnaryTests } from 'feelin';
import { guarded, syntaxProblem } from './feel_answers.js';
import { DIALECT } from './feel_compile.js';
import { ownFunctions } from './feel_functions.js';


const readers = {
  expression: (source, known = ownFunctions) => parseExpression(source, known, DIALECT),
  unary: (source, known = ownFunctions) => parseUnaryTests(source, known, DIALECT),
};

/** Every node as `[name, text, parent's name, whether it stands in or before a filter]`, in document order. */
function nodes(tree, source) {
  const found = [];
  const parents = [];
  tree.iterate({
    enter(node) {
      found.push([node.name, source.slice(node.from, node.to), parents.at(-1), parents.includes('FilterExpression')]);
      parents.push(node.name);
    },
    leave() {
      parents.pop();
    },
  });
  return found;
}

/** Whether FEEL itself or this file knows the name: as a function or a constant, without any variable. */
function isBuiltIn(name) {
  return name in ownFunctions || guarded(name, () => evaluate(name, {}, DIALECT)).warnings.length === 0;
}

const BINDINGS = new Set(['Key', 'InExpression', 'ParameterName']);
const IMPLIED = new Set(['item', 'partial', '?']);

export function reading(source, kind) {
  const all = nodes(readers[kind](source), source);
  const bound = new Set(all.filter(([name, , parent]) => name === 'Name' && BINDINGS.has(parent)).map(([, text]) => text));
  const isFree = (text) => !bound.has(text) && !IMPLIED.has(text) && !isBuiltIn(text);
  const inside = (parents) => all.filter(([name, , ...where]) => name === 'VariableName' && parents(...where)).map(([, text]) => text.replace(/\s+/g, ' '));
  const isRead = (parent) => parent !== 'FunctionInvocation' && parent !== 'QualifiedName';
  return {
    certain: [...new Set(inside((parent, isFiltered) => isRead(parent) && !isFiltered))].filter(isFree),
    names: [...new Set(inside(isRead))].filter(isFree),
    functions: [...new Set(inside((parent) => parent === 'FunctionInvocation'))].filter(isFree),
  };
}

/** Both parsers recover from anything, so only the interpreter's own walk over the tree tells whether the text is sound. */
export function soundness(source, kind, known) {
  let error = null;
  readers[kind](source, known).iterate({
    enter(node) {
      if (error === null && node.type.isError) error = { position: { from: node.from, to: node.to } };
    },
  });
  return error && syntaxProblem(source, error);
}
