// Decision tables.
import { parseUnaryTests } from 'feelin';
import { guarded, plain } from './feel_answers.js';
import { DIALECT, Scope, evaluated, tested } from './feel_compile.js';
import { ownFunctions } from './feel_functions.js';
import { soundness } from './feel_reading.js';
import { Defect, typed } from './feel_types.js';

const ALONE = Scope.of({});

export function located(place, source, evaluation) {
  const outcome = guarded(source, evaluation);
  if ('error' in outcome) throw new Defect({ ...place, source }, outcome.error);
  return outcome;
}

/** Reading a cell, and trying a value on a test that speaks of no variable, gives the same every time. */
function remembering(limit, compute) {
  const known = new Map();
  return (key, ...more) => {
    if (!known.has(key)) {
      if (known.size >= limit) known.clear();
      known.set(key, compute(key, ...more));
    }
    return known.get(key);
  };
}

/** A cell as its single tests: the text, whether it speaks of `?` or of variables; whether the whole is negated; or why it is not FEEL. */
const cell = remembering(5000, (key, source, scope) => {
  // As a variable `?` would be read as any other name.
  const { '?': _asked, ...context } = { ...ownFunctions, ...scope.variables };
  const found = { negated: false, tests: [], problem: soundness(source, 'unary', context) };
  parseUnaryTests(source, context, DIALECT).iterate({
    enter({ name, node, from, to }) {
      if (name === 'not' && node.parent.name === 'UnaryTests') found.negated = true;
      if (name === 'PositiveUnaryTest' && isOutermost(node)) found.tests.push({ text: source.slice(from, to), asks: false, isConstant: true });
      if (name === '?' && found.tests.length) found.tests.at(-1).asks = true;
      if (name === 'VariableName' && found.tests.length) found.tests.at(-1).isConstant = false;
    },
  });
  return found;
});

function isOutermost(node) {
  return node.parent.name === 'UnaryTests' || (node.parent.name === 'PositiveUnaryTests' && node.parent.parent.name === 'UnaryTests');
}

/** One test. What speaks of `?` must itself be true: feelin would also take its null for an equal of a null input. */
function passes(test, scope, place) {
  if (test.asks) return located(place, test.text, () => evaluated(test.text, scope)).value === true;
  const { value, warnings } = located(place, test.text, () => tested(test.text, scope));
  return value === true && !(scope.variables['?'] === null && warnings.length > 0);
}

const passesAlways = remembering(20000, (_key, test, value, place) => passes(test, ALONE.with({ '?': value }), place));

function tried(test, scope, place) {
  const value = scope.variables['?'];
  const isScalar = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (test.isConstant && !test.asks && isScalar) return passesAlways(`${test.text}\n${typeof value}\n${value}`, test, value, place);
  return passes(test, scope, place);
}

/** Whether the cell `source` takes the value that `scope` calls `?`. */
function fits(source, scope, place) {
  if (source === '' || source === '-') return true;
  const { negated, tests, problem } = cell(`${source}\n${scope.names}`, source, scope);
  if (problem !== null) throw new Defect({ ...place, source }, problem);
  return tests.some((test) => tried(test, scope, { ...place, source })) !== negated;
}

/** How `typed` tries allowed values. */
export function allowing(scope, place) {
  return (tests, value) => fits(tests, scope.with({ '?': value }), place);
}

function inputScope(column, scope) {
  const place = { where: 'input', label: column.label };
  const { value } = located(place, column.source, () => evaluated(column.source, scope));
  const read = typed(value, column.shape, { ...place, source: column.source }, allowing(scope, place));
  return scope.with({ '?': read });
}

function outputValue(column, source, scope, rule) {
  const place = { where: 'output', label: column.label, rule, source };
  const value = source === '' ? null : located(place, source, () => evaluated(source, scope)).value;
  return typed(finite(value), column.shape, place, allowing(scope, place));
}

/** A division by zero is null in FEEL, infinite in JavaScript. */
export function finite(value) {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

const asJson = (value) => JSON.stringify(plain(value));
const isSame = (one, other) => one.length === other.length && one.every((value, at) => asJson(value) === asJson(other[at]));

/** The priorities of a column's values: their order among the allowed ones. */
function ranking(column, scope) {
  const source = `[${column.shape.allowed}]`;
  return located({ where: 'output', label: column.label }, source, () => evaluated(source, scope)).value.map(asJson);
}

/** Outputs are compared from left to right, each by its place among the allowed values; what stands nowhere comes last. */
function ranked(hits, outputs, scope) {
  const rankings = outputs.map((column) => (column.shape.allowed ? ranking(column, scope) : null));
  const place = (order, value) => (order.includes(asJson(value)) ? order.indexOf(asJson(value)) : order.length);
  const differences = (one, other) => rankings.map((order, at) => (order ? place(order, one.values[at]) - place(order, other.values[at]) : 0));
  return [...hits].sort((one, other) => differences(one, other).find((difference) => difference !== 0) ?? 0);
}

function aggregated(name, values, place) {
  if (name === 'COUNT') return values.length;
  if (!values.every((value) => typeof value === 'number')) throw new Defect({ ...place, where: 'table' }, `lassen sich nur Zahlen zusammenfassen (${name})`);
  if (name === 'SUM') return values.reduce((one, other) => one + other);
  return name === 'MIN' ? Math.min(...values) : Math.max(...values);
}

const named = (hits) => hits.map(({ rule }) => `«${rule}»`).join(', ');

/** The hits that count, by hit policy. */
function chosen(table, hits, scope) {
  const place = { where: 'table' };
  switch (table.hit_policy) {
    case 'UNIQUE':
      if (hits.length > 1) throw new Defect(place, `darf nur eine Regel zutreffen (UNIQUE), es sind aber ${named(hits)}`);
      return hits;
    case 'ANY':
      if (!hits.every(({ values }) => isSame(values, hits[0].values))) throw new Defect(place, `treffen ${named(hits)} zu, sagen aber nicht dasselbe (ANY)`);
      return hits;
    case 'PRIORITY':
      return ranked(hits, table.outputs, scope).slice(0, 1);
    case 'OUTPUT ORDER':
      return ranked(hits, table.outputs, scope);
    default:
      return hits;
  }
}

const SINGLE = new Set(['UNIQUE', 'FIRST', 'ANY', 'PRIORITY']);

function valueOf(outputs, values) {
  return outputs.length === 1 ? values[0] : Object.fromEntries(outputs.map((column, at) => [column.name, values[at]]));
}

/** What a table without a hit says: its default outputs; otherwise nothing, which where hits are listed is an empty list. */
function missed({ outputs, fallback, hit_policy: policy, aggregation }, scope) {
  if (fallback) return valueOf(outputs, outputs.map((column, at) => outputValue(column, fallback[at], scope, null)));
  if (aggregation) return aggregation === 'COUNT' ? 0 : null;
  return SINGLE.has(policy) ? null : [];
}

function hitsOf({ inputs, outputs, rules, hit_policy: policy }, scope) {
  const scopes = inputs.map((column) => inputScope(column, scope));
  const hits = [];
  for (const { id, tests, outputs: sources } of rules) {
    if (!tests.every((source, at) => fits(source, scopes[at], { where: 'input', label: inputs[at].label, rule: id, source }))) continue;
    hits.push({ rule: id, values: outputs.map((column, at) => outputValue(column, sources[at], scope, id)) });
    if (policy === 'FIRST') break;
  }
  return hits;
}

/** Evaluates a table `{inputs, outputs, rules, hit_policy, aggregation, fallback}`; gives `{value, rules}`. */
export function table(table, scope) {
  const { outputs, aggregation } = table;
  const hits = chosen(table, hitsOf(table, scope), scope);
  const rules = hits.map(({ rule }) => rule);
  if (!hits.length) return { value: missed(table, scope), rules };
  const values = hits.map((hit) => valueOf(outputs, hit.values));
  if (SINGLE.has(table.hit_policy)) return { value: values[0], rules };
  return { value: aggregation ? aggregated(aggregation, values, {}) : values, rules };
}
