// The half of engine/definitions/feel.py that lives in embedded V8: JSON text in, JSON text out, nothing is kept between calls.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, SyntaxError, duration, evaluate, isFunction, isRange, parseDate, parseDateTime,
  parseExpression, parseTime, parseUnaryTests, unaryTest } from 'feelin';

const DIALECT = 'camunda';
const ZONE = 'Europe/Zurich';
const LONGEST_TEXT = 1000000;
const DEEPEST = 100;

// Diagrams come from outside. Without the `__proto__` accessor, and with Object.prototype sealed against additions, no key of a context
// can reach another evaluation.
delete Object.prototype.__proto__;
Object.preventExtensions(Object.prototype);

let feiertage = new Set();

/** Whatever the diagram did wrong, in German; everything else thrown here is a defect. */
class Refused extends Error {}

// The functions a diagram may call besides FEEL's own ---------------------------------------------------------------------------

function asDay(value, name) {
  const day = typeof value === 'string' ? parseDate(value.slice(0, 10)) : value instanceof FeelDateTime ? parseDate(value.iso.slice(0, 10)) : value;
  if (day instanceof FeelDate) return day;
  throw new Refused(`«${name}» erwartet ein Datum`);
}

function asWhole(value, name) {
  if (Number.isInteger(value) && Math.abs(value) <= 12000) return value;
  throw new Refused(`«${name}» erwartet eine ganze Zahl bis 12000`);
}

function isFree(day) {
  return day.weekday > 5 || feiertage.has(day.iso);
}

function arbeitstagePlus(datum, anzahl) {
  let left = asWhole(anzahl, 'arbeitstage plus');
  const step = left < 0 ? -1 : 1;
  let day = asDay(datum, 'arbeitstage plus');
  while (left !== 0 || isFree(day)) {
    day = new FeelDate(day.unwrap().add({ days: step }));
    if (left !== 0 && !isFree(day)) left -= step;
  }
  return day;
}

function monatePlus(datum, anzahl) {
  return new FeelDate(asDay(datum, 'monate plus').unwrap().add({ months: asWhole(anzahl, 'monate plus') }));
}

function named(fn, ...parameters) {
  fn.$args = parameters;
  return fn;
}

const ownFunctions = {
  'arbeitstage plus': named(arbeitstagePlus, 'datum', 'anzahl'),
  'monate plus': named(monatePlus, 'datum', 'anzahl'),
};

/** FEEL's clock stands still at `now` (local ISO text) for the whole call. */
function clock(now) {
  return {
    now: named(() => parseDateTime(`${now}@${ZONE}`)),
    today: named(() => parseDate(now.slice(0, 10))),
  };
}

function scope(request) {
  return { ...ownFunctions, ...clock(request.now), ...request.context };
}

// Results become JSON -----------------------------------------------------------------------------------------------------------

function withOffset(moment) {
  if (moment.zone === null || !/\//.test(moment.zone)) return moment.iso;
  return moment.unwrap().toZonedDateTime(moment.zone).toString({ timeZoneName: 'never' });
}

function plainNumber(value) {
  if (Number.isFinite(value)) return value;
  throw new Refused('Das Ergebnis ist keine endliche Zahl');
}

function plainObject(value, depth) {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [plainText(key), plain(entry, depth)]));
}

/** Databases cannot store half a character or the character 0. */
function plainText(value) {
  if (value.length > LONGEST_TEXT) throw new Refused(`Das Ergebnis ist ein Text von mehr als ${LONGEST_TEXT} Zeichen`);
  if (!value.isWellFormed() || value.includes('\0')) throw new Refused('Das Ergebnis ist ein Text mit unerlaubten Zeichen');
  return value;
}

function plain(value, depth = 0) {
  if (depth > DEEPEST) throw new Refused(`Das Ergebnis ist tiefer als ${DEEPEST} Ebenen verschachtelt`);
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return plainNumber(value);
  if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
  if (value instanceof FeelDateTime) return withOffset(value);
  if (value instanceof FeelDate || value instanceof FeelTime || value instanceof FeelDuration) return value.iso;
  if (isFunction(value) || typeof value === 'function') throw new Refused('Das Ergebnis ist eine Funktion und kein Wert');
  if (isRange(value)) throw new Refused('Das Ergebnis ist ein Bereich und kein Wert');
  if (Object.getPrototypeOf(value) === Object.prototype) return plainObject(value, depth + 1);
  throw new Refused('Das Ergebnis ist kein Wert');
}

// Warnings and errors -----------------------------------------------------------------------------------------------------------

const FATAL = new Set(['NO_FUNCTION_FOUND', 'FUNCTION_INVOCATION_FAILURE', 'UNSUPPORTED']);

const GERMAN = {
  NO_VARIABLE_FOUND: (text) => `die Variable «${text}» fehlt`,
  NO_CONTEXT_ENTRY_FOUND: (text) => `der Eintrag «${text}» fehlt`,
  NO_PROPERTY_FOUND: (text) => `die Eigenschaft «${text}» gibt es nicht`,
  NOT_COMPARABLE: (text) => `in «${text}» ist nicht vergleichbar, was verglichen wird`,
  INVALID_TYPE: (text, detail) => `bei «${text}» passen die Typen nicht: ${detail}`,
  INVALID_ARGUMENTS: (text, detail) => `«${text}» wurde mit unbrauchbaren Werten aufgerufen: ${detail}`,
  NO_FUNCTION_FOUND: (text) => `die Funktion in «${text}» gibt es nicht`,
  FUNCTION_INVOCATION_FAILURE: (text) => `die Funktion in «${text}» nimmt diese Parameter nicht`,
  UNSUPPORTED: (text) => `«${text}» wird nicht unterstützt`,
};

function inGerman(source, warning) {
  const text = source.slice(warning.position.from, warning.position.to);
  return (GERMAN[warning.type] ?? ((_text, detail) => detail))(text, warning.message);
}

function syntaxProblem(source, error) {
  const rest = source.slice(error.position.from, error.position.from + 30).trim();
  return rest ? `nicht verständlich ab Stelle ${error.position.from + 1} («${rest}»)` : 'der Ausdruck ist unvollständig';
}

function inWords(source, error) {
  if (error instanceof SyntaxError) return syntaxProblem(source, error);
  if (error instanceof RangeError) return 'der Ausdruck ist zu tief verschachtelt oder rechnet endlos';
  return error instanceof Refused ? error.message : `der Ausdruck lässt sich nicht auswerten (${error.message})`;
}

function isFatal({ type }) {
  return FATAL.has(type);
}

/** Runs `evaluation` and turns what it says into `{value, warnings}` or `{error, warnings}`. */
function guarded(source, evaluation) {
  try {
    const { value, warnings } = evaluation();
    const words = warnings.map((warning) => inGerman(source, warning));
    return warnings.some(isFatal) ? { error: words.join('; '), warnings: words } : { value, warnings: words };
  } catch (error) {
    return { error: inWords(source, error), warnings: [] };
  }
}

function answer(source, context) {
  const outcome = guarded(source, () => evaluate(source, context, DIALECT));
  if ('error' in outcome) return outcome;
  const asJson = guarded(source, () => ({ value: plain(outcome.value), warnings: [] }));
  return { ...asJson, warnings: outcome.warnings };
}

// Reading without evaluating ----------------------------------------------------------------------------------------------------

const readers = {
  expression: (source) => parseExpression(source, ownFunctions, DIALECT),
  unary: (source) => parseUnaryTests(source, ownFunctions, DIALECT),
};

/** Every node as `[name, text, parent's name]`, in document order. */
function nodes(tree, source) {
  const found = [];
  const parents = [];
  tree.iterate({
    enter(node) {
      found.push([node.name, source.slice(node.from, node.to), parents.at(-1)]);
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

function reading(source, kind) {
  const all = nodes(readers[kind](source), source);
  const bound = new Set(all.filter(([name, , parent]) => name === 'Name' && BINDINGS.has(parent)).map(([, text]) => text));
  const isFree = (text) => !bound.has(text) && !IMPLIED.has(text) && !isBuiltIn(text);
  const inside = (parents) => all.filter(([name, , parent]) => name === 'VariableName' && parents(parent)).map(([, text]) => text.replace(/\s+/g, ' '));
  return {
    names: [...new Set(inside((parent) => parent !== 'FunctionInvocation' && parent !== 'QualifiedName'))].filter(isFree),
    functions: [...new Set(inside((parent) => parent === 'FunctionInvocation'))].filter(isFree),
  };
}

/** Both parsers recover from anything, so only the interpreter's own walk over the tree tells whether the text is sound. */
function soundness(source, kind) {
  let error = null;
  readers[kind](source).iterate({
    enter(node) {
      if (error === null && node.type.isError) error = { position: { from: node.from, to: node.to } };
    },
  });
  return error && syntaxProblem(source, error);
}

// Decision tables ---------------------------------------------------------------------------------------------------------------

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
function table(request) {
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

// What Python calls -------------------------------------------------------------------------------------------------------------

globalThis.fallfluss = {
  configure: (request) => { feiertage = new Set(request.feiertage); return null; },
  evaluate: (request) => { const context = scope(request); return request.expressions.map((source) => answer(source, context)); },
  problem: (request) => soundness(request.source, request.kind),
  reading: (request) => reading(request.source, request.kind),
  table,
};
