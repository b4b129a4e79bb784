// Types of decision models: what a value is, and what it may be.
import { FeelDate, FeelDateTime, FeelDuration, FeelFunction, FeelTime, duration, parseDate, parseDateTime, parseTime } from 'feelin';

/** `place` says in which decision, part, column and rule; `source` is the text there. */
export class Defect extends Error {
  constructor(place, message) {
    super(message);
    this.place = place;
  }
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
  context: { name: 'Kontext', fits: isObject },
  function: { name: 'Funktion', fits: (value) => typeof value === 'function' || value instanceof FeelFunction },
};

function isObject(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * `value` read as `type` `{base, many, allowed, fields: [[name, type]]}`: JSON knows no dates, so where a type says so ISO text is read.
 * `allows(tests, value)` tries allowed values. Null fits everything.
 */
export function typed(value, type, place, allows) {
  if (value === null || value === undefined) return null;
  if (!type.many) return single(value, type, place, allows);
  const all = Array.isArray(value) ? value : [value];
  return all.map((one) => (one === null ? null : single(one, type, place, allows)));
}

function single(value, type, place, allows) {
  const read = based(value, type, place);
  const whole = type.fields.length ? structured(read, type, place, allows) : read;
  if (!type.allowed || allows(type.allowed, whole)) return whole;
  throw new Defect(place, `${shown(value)} gehört nicht zu den erlaubten Werten (${type.allowed})`);
}

function based(value, { base }, place) {
  const type = TYPES[base];
  if (type === undefined) return value;
  const read = readOrKeep(type, value);
  if (type.fits(read)) return read;
  // The standard takes a list of one for its only element where no list is wanted.
  if (Array.isArray(read) && read.length === 1) return based(read[0], { base }, place);
  throw new Defect(place, `erwartet wird ein Wert vom Typ ${type.name}, gegeben ist ${shown(value)}`);
}

function structured(value, { fields }, place, allows) {
  if (!isObject(value)) return value;
  const read = { ...value };
  for (const [name, type] of fields) {
    if (name in value) read[name] = typed(value[name], type, { ...place, field: place.field ? `${place.field}.${name}` : name }, allows);
  }
  return read;
}

function readOrKeep(type, value) {
  try {
    return type.read ? (type.read(value) ?? value) : value;
  } catch {
    return value;
  }
}

export function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
