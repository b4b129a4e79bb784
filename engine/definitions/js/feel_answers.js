// Values, warnings and errors on their way out of V8: JSON and German.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, SyntaxError, isFunction, isRange } from 'feelin';
import { Defect } from './feel_types.js';

const LONGEST_TEXT = 1000000;
const DEEPEST = 100;

/** Whatever the diagram did wrong, in German; everything else thrown here is a defect. */
export class Refused extends Error {}

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

export function plain(value, depth = 0) {
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
  const text = warning.text ?? source.slice(warning.position.from, warning.position.to);
  return (GERMAN[warning.type] ?? ((_text, detail) => detail))(text, warning.message);
}

export function syntaxProblem(source, error) {
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
export function guarded(source, evaluation) {
  try {
    const { value, warnings } = evaluation();
    const words = warnings.map((warning) => inGerman(source, warning));
    return warnings.some(isFatal) ? { error: words.join('; '), warnings: words } : { value, warnings: words };
  } catch (error) {
    if (error instanceof Defect) throw error;
    return { error: inWords(source, error), warnings: [] };
  }
}
