// What FEEL's standard has and feelin 8 lacks, or does otherwise.
import { FeelDate, FeelDateTime, FeelFunction, duration, evaluate, isRange } from 'feelin';
import { DIALECT } from './feel_compile.js';
import { roundings } from './feel_rounding.js';

/** The parameters are those a call may name. */
export function named(fn, ...parameters) {
  fn.$args = parameters;
  return fn;
}

const END = String.raw`-?\d*\.?\d+|"(?:[^"\\]|\\.)*"|@"[^"]*"|(?:date|time|date and time|duration)\(\s*"[^"]*"\s*\)`;
const RANGE = new RegExp(String.raw`^\s*([[(\]])\s*(${END})?\s*\.\.\s*(${END})?\s*([\])[])\s*$`);

/** FEEL's `range`, which feelin 8 lacks: only literals may stand at its ends; an end without one is open. */
function rangeOf(from) {
  const [, opening, start, end, closing] = (typeof from === 'string' && RANGE.exec(from)) || [];
  const isUnbounded = { start: start === undefined, end: end === undefined };
  if (isUnbounded.start && (isUnbounded.end || opening === '[')) return null;
  if (isUnbounded.end && closing === ']') return null;
  const half = isUnbounded.start ? `<${closing === ']' ? '=' : ''}${end}` : `>${opening === '[' ? '=' : ''}${start}`;
  const { value } = evaluate(isUnbounded.start || isUnbounded.end ? half : from, {}, DIALECT);
  return isRange(value) ? value : null;
}

function replacedAt(items, position, newItem) {
  const at = position < 0 ? items.length + position : position - 1;
  return at >= 0 && at < items.length ? items.with(at, newItem) : null;
}

function replacedWhere(items, match, newItem) {
  if (match.parameterNames.length !== 2) return null;
  const [item, other] = match.parameterNames;
  const answers = items.map((one) => match.invoke({ [item]: one, [other]: newItem }));
  return answers.every((answer) => typeof answer === 'boolean') ? items.map((one, at) => (answers[at] ? newItem : one)) : null;
}

/** feelin's counts negative positions wrongly, and takes those outside of the list. */
function listReplace(list, position, newItem, match) {
  const items = Array.isArray(list) ? list : [list];
  const wanted = position ?? match;
  if (list === null || list === undefined || newItem === undefined) return null;
  if (Number.isInteger(wanted)) return replacedAt(items, wanted, newItem);
  return wanted instanceof FeelFunction ? replacedWhere(items, wanted, newItem) : null;
}

function dayOf(value) {
  if (value instanceof FeelDateTime) return value.unwrap().toPlainDate();
  return value instanceof FeelDate ? value.unwrap() : null;
}

/** Whole months between two days, as the standard says; feelin's also has the days that are left. */
function yearsAndMonths(from, to) {
  const [start, end] = [dayOf(from), dayOf(to)];
  if (start === null || end === null) return null;
  const { years, months } = start.until(end, { largestUnit: 'year' });
  return duration(`${years < 0 || months < 0 ? '-' : ''}P${Math.abs(years)}Y${Math.abs(months)}M`);
}

export const standardFunctions = {
  ...Object.fromEntries(Object.entries(roundings).map(([name, round]) => [name, named(round, 'n', 'scale')])),
  range: named(rangeOf, 'from'),
  'years and months duration': named(yearsAndMonths, 'from', 'to'),
  'list replace': named(listReplace, 'list', 'position', 'newItem', 'match'),
};
