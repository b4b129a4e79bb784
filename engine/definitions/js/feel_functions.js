// What a diagram may call besides FEEL's own functions, and the clock it sees.
import { FeelDate, FeelDateTime, parseDate, parseDateTime } from 'feelin';
import { Refused } from './feel_answers.js';
import { Scope, provide } from './feel_compile.js';
import { named, standardFunctions } from './feel_standard.js';

const ZONE = 'Europe/Zurich';

let feiertage = new Set();
let knownYears = new Set();

export function configure(request) {
  feiertage = new Set(request.feiertage);
  knownYears = new Set(request.feiertage.map((day) => Number(day.slice(0, 4))));
  return null;
}

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
  if (!knownYears.has(day.year)) throw new Refused(`für das Jahr ${day.year} sind keine Feiertage bekannt`);
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

function lastDayOfMonth(date) {
  const day = asDay(date, 'last day of month').unwrap();
  return new FeelDate(day.with({ day: day.daysInMonth }));
}

function isBlank(string) {
  return typeof string === 'string' ? string.trim() === '' : null;
}

// Camunda's additions to FEEL that diagrams use most. A missing variable is null here, so `is defined` means «not null».
const camundaFunctions = {
  'is defined': named((value) => (value ?? null) !== null, 'value'),
  'get or else': named((value, other) => value ?? other ?? null, 'value', 'default'),
  'is empty': named((list) => (Array.isArray(list) ? list.length === 0 : null), 'list'),
  'is blank': named(isBlank, 'string'),
  trim: named((string) => (typeof string === 'string' ? string.trim() : null), 'string'),
  'last day of month': named(lastDayOfMonth, 'date'),
};

export const ownFunctions = {
  ...standardFunctions,
  ...camundaFunctions,
  'arbeitstage plus': named(arbeitstagePlus, 'datum', 'anzahl'),
  'monate plus': named(monatePlus, 'datum', 'anzahl'),
};

let moment = null;

/** FEEL's clock stands still at `moment` (local ISO text) for the whole call. */
const clock = {
  now: named(() => parseDateTime(`${moment}@${ZONE}`)),
  today: named(() => parseDate(moment.slice(0, 10))),
};

provide({ ...ownFunctions, ...clock });

const nothing = Scope.of({});

export function scopeOf({ now, context }) {
  moment = now;
  return nothing.withPlain(context);
}
