// Decisions with all they require, in one call: boxed expressions, business knowledge, typed inputs.
import { FeelFunction } from 'feelin';
import { plain } from './feel_answers.js';
import { evaluated } from './feel_compile.js';
import { scopeOf } from './feel_functions.js';
import { allowing, finite, located, table } from './feel_table.js';
import { Defect, typed } from './feel_types.js';

const LIMIT = 500;
const DEEPEST = 200;

/** Decisions by the hash of their text, kept between calls. */
const programs = new Map();

function named(entry, place) {
  return { ...place, entry: place.entry ? `${place.entry}.${entry}` : entry };
}

function checked(value, type, place, scope) {
  return typed(value, type, place, allowing(scope, place));
}

/** A boxed context: each entry sees those before it; an entry without a name is the result. */
function context({ entries }, scope, place) {
  const values = {};
  let inside = scope;
  for (const { name, logic, type } of entries) {
    const here = named(name || 'Ergebnis', place);
    const value = checked(boxed(logic, inside, here), type, here, inside);
    if (!name) return value;
    values[name] = value;
    inside = inside.with({ [name]: value });
  }
  return values;
}

function relation({ columns, rows }, scope, place) {
  return rows.map((row, number) => Object.fromEntries(row.map((logic, at) => [columns[at], boxed(logic, scope, named(`${columns[at]} (Zeile ${number + 1})`, place))])));
}

let depth = 0;

/** A function sees its parameters, and of what surrounds it only `scope`. */
function functionValue({ parameters, body, type: result }, scope, place) {
  const call = (...given) => {
    if (depth >= DEEPEST) throw new RangeError('recursion');
    depth += 1;
    try {
      const values = parameters.map(({ name, type }, at) => [name, checked(given[at], type, named(name, place), scope)]);
      return checked(boxed(body, scope.with(Object.fromEntries(values)), place), result, { ...place, where: 'result' }, scope);
    } finally {
      depth -= 1;
    }
  };
  return new FeelFunction(call, parameters.map(({ name }) => name));
}

function invocation({ function: callee, bindings }, scope, place) {
  const target = boxed(callee, scope, place);
  if (!(target instanceof FeelFunction)) throw new Defect({ ...place, source: callee.source }, 'was aufgerufen wird, ist keine Funktion');
  const given = Object.fromEntries(bindings.map(({ name, logic }) => [name, boxed(logic, scope, named(name, place))]));
  const unknown = Object.keys(given).filter((name) => !target.parameterNames.some((own) => own.replace('...', '') === name));
  if (unknown.length) throw new Defect({ ...place, source: callee.source }, `den Parameter «${unknown[0]}» gibt es nicht`);
  return target.invoke(given);
}

function conditional({ test, then, otherwise }, scope, place) {
  return boxed(boxed(test, scope, named('if', place)) === true ? then : otherwise, scope, place);
}

const asList = (value) => (value === null ? [] : Array.isArray(value) ? value : [value]);

function filter({ collection, match }, scope, place) {
  return asList(boxed(collection, scope, named('in', place))).filter((item) => {
    const fields = item !== null && typeof item === 'object' && Object.getPrototypeOf(item) === Object.prototype ? item : {};
    return boxed(match, scope.with({ ...fields, item }), named('match', place)) === true;
  });
}

function iteration({ mode, variable, collection, body }, scope, place) {
  const results = asList(boxed(collection, scope, named('in', place))).map((item) => boxed(body, scope.with({ [variable]: item }), place));
  if (mode === 'for') return results;
  return mode === 'some' ? results.includes(true) : results.every((result) => result === true);
}

const BOXES = {
  literal: ({ source }, scope, place) => finite(located({ ...place, where: place.where ?? 'literal' }, source, () => evaluated(source, scope)).value ?? null),
  table: (box, scope, place) => inside(place, () => table(box, scope).value),
  context,
  relation,
  conditional,
  filter,
  iteration,
  invocation,
  function: functionValue,
  items: ({ items }, scope, place) => items.map((logic, at) => boxed(logic, scope, named(String(at + 1), place))),
};

function boxed(logic, scope, place) {
  return BOXES[logic.kind](logic, scope, place);
}

/** A defect inside a table also tells where the table stands. */
function inside(place, evaluation) {
  try {
    return evaluation();
  } catch (error) {
    if (error instanceof Defect) error.place = { ...place, ...error.place };
    throw error;
  }
}

/** Business knowledge sees its parameters and the knowledge it requires itself, nothing else. */
function knowledge(models, alone, place) {
  const functions = {};
  for (const { name, logic, knowledge: deeper } of models) {
    functions[name] = boxed(logic, alone.with(knowledge(deeper, alone, place)), { ...place, knowledge: name });
  }
  return functions;
}

function inputsOf({ inputs }, scope, place) {
  const values = inputs.filter(({ name }) => name in scope.variables).map(({ name, type }) => [name, checked(scope.variables[name], type, { ...place, where: 'data', label: name }, scope)]);
  return Object.fromEntries(values);
}

function decided(program, given, outer, alone) {
  const place = { decision: program.id };
  const known = Object.keys(given).length ? outer.with(given) : outer;
  const inputs = inputsOf(program, known, place);
  const more = { ...inputs, ...knowledge(program.knowledge, alone, place) };
  const scope = Object.keys(more).length ? known.with(more) : known;
  const { value, rules } = inside(place, () => (program.logic.kind === 'table' ? table(program.logic, scope) : { value: boxed(program.logic, scope, place), rules: [] }));
  return { value: checked(value, program.type, { ...place, where: 'result' }, scope), rules };
}

function all({ order, context: variables, now }) {
  const results = {};
  const alone = scopeOf({ now, context: {} });
  const scope = scopeOf({ now, context: variables });
  for (const program of order.map((hash) => programs.get(hash))) {
    const given = Object.fromEntries(program.requires.map((id) => [results[id].variable, results[id].value]));
    results[program.id] = { variable: program.variable, ...decided(program, given, scope, alone) };
  }
  return results;
}

/**
 * `order`: hashes of decisions, each after those it requires, the wanted one last; `models`: those this context does not hold yet, by hash.
 * Gives `{result, rules}`, `{defect}` or `{missing: [hash]}`.
 */
export function decide(request) {
  if (programs.size > LIMIT) programs.clear();
  for (const [hash, model] of Object.entries(request.models)) programs.set(hash, model);
  const missing = request.order.filter((hash) => !programs.has(hash));
  if (missing.length) return { missing };
  const last = programs.get(request.order.at(-1)).id;
  try {
    const { value, rules } = all(request)[last];
    return { result: located({ decision: last, where: 'result' }, '', () => ({ value: plain(value), warnings: [] })).value, rules };
  } catch (error) {
    if (error instanceof Defect) return { defect: { ...error.place, message: error.message } };
    throw error;
  }
}
