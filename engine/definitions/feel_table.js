// Decision tables: inputs, cells and outputs of a whole table in one call.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, duration, evaluate, parseDate, parseDateTime, parseTime, parseUnaryTests, unaryTest } from 'feelin';
import { guarded, plain } from './feel_answers.js';
import { ownFunctions, scope } from './feel_functions.js';
import { DIALECT, soundness } from './feel_reading.js';

/** The whole table ends with the first defect; `where` says in which part, column (`at`) and rule (its index) it lies. */
class Defect extends Error {
  constructor(place, message) {
    super(message);
    this.place = place;
  }
}

function located(place, source, evaluation) {
  const outcome = guarded(source, evaluation);
  if ('error' in outcome) throw new Defect({ ...place, source }, outcome.error);
  return outcome;
}

const asText = (parse) => (value) => (typeof value === 'string' ? parse(value) : value);
const TYPES = {
  string: { name: 'Text', fits: (value) => typeof value === 'string' },
  number: { name: 'Zahl', fits: (value) => typeof value === 'number' },
  boolean: { name: 'Wahrheitswert', fits: (value) => typeof value === 'boolean' },
  date: { name: 'Datum', fits: (value) => value instanceof FeelDate, read: asText(parseDate) },
  time: { name: 'Uhrzeit', fits: (value) => value instanceof FeelTime, read: asText(parseTime) },
  dateTime: { name: 'Datum mit Uhrzeit', fits: (value) => value instanceof FeelDateTime, read: asText(parseDateTime) },
  duration: { name: 'Dauer', fits: (value) => value instanceof FeelDuration, read: asText(duration) },
  list: { name: 'Liste', fits: Array.isArray },
  context: { name: 'Kontext', fits: (value) => Object.getPrototypeOf(value) === Object.prototype },
};

/** JSON knows no dates: where a column says it holds one, its ISO text is read. */
function typed(value, typeName, place) {
  const type = TYPES[typeName];
  if (value === null || value === undefined || type === undefined) return value ?? null;
  const read = readOrKeep(type, value);
  if (type.fits(read)) return read;
  throw new Defect(place, `erwartet wird ein Wert vom Typ ${type.name}, gegeben ist ${shown(value)}`);
}

function readOrKeep(type, value) {
  try {
    return type.read ? (type.read(value) ?? value) : value;
  } catch {
    return value;
  }
}

function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
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
const cell = remembering(5000, (source) => {
  const found = { negated: false, tests: [], problem: soundness(source, 'unary') };
  parseUnaryTests(source, ownFunctions, DIALECT).iterate({
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
function passes(test, context, place) {
  if (test.asks) return located(place, test.text, () => evaluate(test.text, context, DIALECT)).value === true;
  const { value, warnings } = located(place, test.text, () => unaryTest(test.text, context, DIALECT));
  return value === true && !(context['?'] === null && warnings.length > 0);
}

const passesAlways = remembering(20000, (_key, test, value, place) => passes(test, { '?': value }, place));

function tried(test, value, context, place) {
  const isScalar = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (test.isConstant && !test.asks && isScalar) return passesAlways(`${test.text}\n${typeof value}\n${value}`, test, value, place);
  return passes(test, { ...context, '?': value }, place);
}

function fits(source, value, context, place) {
  if (source === '' || source === '-') return true;
  const { negated, tests, problem } = cell(source);
  if (problem !== null) throw new Defect({ ...place, source }, problem);
  return tests.some((test) => tried(test, value, context, { ...place, source })) !== negated;
}

function checkAllowed(column, value, context, place) {
  if (value === null || !column.allowed) return;
  const single = column.many && Array.isArray(value) ? value : [value];
  if (single.every((one) => fits(column.allowed, one, context, place))) return;
  throw new Defect(place, `${shown(value)} gehört nicht zu den erlaubten Werten (${column.allowed})`);
}

function inputValue(column, context, at) {
  const place = { where: 'input', at };
  const { value } = located(place, column.source, () => evaluate(column.source, context, DIALECT));
  const read = typed(value, column.type, { ...place, source: column.source });
  checkAllowed(column, read, context, { ...place, source: column.source });
  return read;
}

function outputValue(column, source, context, at, rule) {
  const place = { where: 'output', at, rule, source };
  const value = source === '' ? null : located(place, source, () => evaluate(source, context, DIALECT)).value;
  const read = typed(value, column.type, place);
  checkAllowed(column, read, context, place);
  return located(place, source, () => ({ value: plain(read), warnings: [] })).value;
}

/** Values of a column in the order of their priority. */
function ranking(column, context, at) {
  const source = `[${column.allowed}]`;
  return located({ where: 'ranking', at }, source, () => ({ value: plain(evaluate(source, context, DIALECT).value), warnings: [] })).value;
}

/**
 * `table`: inputs and outputs `[{source?, type, allowed, many}]`, rules `[{tests: [text], outputs: [text]}]`, `first` (stop at the first
 * hit), `ranked` (tell the outputs' priorities), `fallback` (the outputs' default entries). Gives `{hits: [{rule, outputs}], fallback, rankings}` or `{defect}`.
 */
export function table(request) {
  const { inputs, outputs, rules, first, ranked, fallback } = request.table;
  const context = scope(request);
  try {
    const values = inputs.map((column, at) => inputValue(column, context, at));
    const hits = [];
    for (const [rule, { tests }] of rules.entries()) {
      if (!tests.every((source, at) => fits(source, values[at], context, { where: 'test', at, rule, source }))) continue;
      hits.push({ rule, outputs: outputs.map((column, at) => outputValue(column, rules[rule].outputs[at], context, at, rule)) });
      if (first) break;
    }
    return {
      hits,
      fallback: hits.length || !fallback ? null : outputs.map((column, at) => outputValue(column, fallback[at], context, at, null)),
      rankings: ranked && hits.length > 1 ? outputs.map((column, at) => (column.allowed ? ranking(column, context, at) : null)) : null,
    };
  } catch (error) {
    if (error instanceof Defect) return { defect: { ...error.place, message: error.message } };
    throw error;
  }
}
