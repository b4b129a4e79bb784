// The half of engine/definitions/feel.py that lives in embedded V8: JSON text in, JSON text out, nothing is kept between calls.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, SyntaxError, evaluate, isFunction, isRange, parseDate, parseDateTime, parseExpression,
  parseUnaryTests } from 'feelin';

const DIALECT = 'camunda';
const ZONE = 'Europe/Zurich';

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

function plainObject(value) {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return plainNumber(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof FeelDateTime) return withOffset(value);
  if (value instanceof FeelDate || value instanceof FeelTime || value instanceof FeelDuration) return value.iso;
  if (isFunction(value) || typeof value === 'function') throw new Refused('Das Ergebnis ist eine Funktion und kein Wert');
  if (isRange(value)) throw new Refused('Das Ergebnis ist ein Bereich und kein Wert');
  if (Object.getPrototypeOf(value) === Object.prototype) return plainObject(value);
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

// What Python calls -------------------------------------------------------------------------------------------------------------

globalThis.fallfluss = {
  configure: (request) => { feiertage = new Set(request.feiertage); return null; },
  evaluate: (request) => { const context = scope(request); return request.expressions.map((source) => answer(source, context)); },
  problem: (request) => soundness(request.source, request.kind),
  reading: (request) => reading(request.source, request.kind),
};
