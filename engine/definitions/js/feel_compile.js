// Expressions parsed once. What a text means depends, beside the text, only on which names FEEL could not read as one word: that is the key.
import { builtins, coerceContext, formatDetails, interpreter } from 'feelin';

export const DIALECT = 'camunda';

// In characters of source: parsed, one takes about 135 bytes, and the whole context has 96 MB.
const LIMIT = 250000;
const ONE_WORD = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;
const KEYWORDS = new Set(
  'for in return if then else some every satisfies and or between instance of function external not null true false date time duration'.split(' '),
);

/** All parsed expressions report here: a function made by one and called by another warns whoever runs at the moment. */
const report = {
  warnings: [],
  addWarning(node, type, details) {
    const message = formatDetails(details.template, details.values);
    this.warnings.push({ type, message, text: node.input, position: node.position });
  },
};

/** Paths to all names inside `value` that the grammar has to be told. */
function unusual(value, path, found) {
  if (Array.isArray(value)) {
    for (const entry of value) unusual(entry, `${path}[]`, found);
  } else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, entry] of Object.entries(value)) {
      if (!ONE_WORD.test(key) || KEYWORDS.has(key)) found.add(`${path}.${key}`);
      unusual(entry, `${path}.${key}`, found);
    }
  }
  return found;
}

/** Variables as the interpreter wants them, with the names that decide how texts are read. */
export class Scope {
  constructor(variables, names) {
    this.variables = variables;
    this.names = names;
  }

  static of(variables) {
    return new Scope({}, '').with(variables);
  }

  with(more) {
    return this.withPlain(coerceContext(more));
  }

  /** As `with`, of what was read from JSON a moment ago: there is nothing in it to coerce, and copying it takes longer than most evaluations. */
  withPlain(given) {
    const names = [...unusual(given, '', new Set())].sort().join('\n');
    return new Scope({ ...this.variables, ...given }, names ? `${this.names}\n${names}` : this.names);
  }
}

let own = {};

/** Functions that are always there. Not as variables: the interpreter copies all of those for each entry of a list that it walks through. */
export function provide(functions) {
  own = functions;
  Object.assign(builtins, functions);
}

const parsed = new Map();
let length = 0;

function keep(key, found) {
  length += key.length;
  if (length > LIMIT) {
    parsed.clear();
    length = key.length;
  }
  parsed.set(key, found);
}

function root(kind, source, scope) {
  const key = `${kind}\n${source}\n${scope.names}`;
  let found = parsed.get(key);
  if (found === undefined) {
    found = parse(kind, source, scope);
    keep(key, found);
  }
  if (found.error) throw found.error;
  return found.root;
}

function parse(kind, source, scope) {
  try {
    return interpreter[kind](source, { ...own, ...scope.variables }, DIALECT, report);
  } catch (error) {
    return { error };
  }
}

function running(evaluation) {
  const outer = report.warnings;
  const warnings = (report.warnings = []);
  try {
    return { value: evaluation(), warnings };
  } finally {
    report.warnings = outer;
  }
}

/** `{value, warnings}` of an expression. */
export function evaluated(source, scope) {
  return running(() => root('evaluate', source, scope)(scope.variables));
}

/** The same for one unary test of the variable `?`. */
export function tested(source, scope) {
  return running(() => root('unaryTest', source, scope)(scope.variables)(scope.variables['?'] ?? null));
}
