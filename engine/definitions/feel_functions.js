// What a diagram may call besides FEEL's own functions, and the clock it sees.
import { FeelDate, FeelDateTime, parseDate, parseDateTime } from 'feelin';
import { Refused } from './feel_answers.js';

const ZONE = 'Europe/Zurich';

let feiertage = new Set();

export function configure(request) {
  feiertage = new Set(request.feiertage);
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

export const ownFunctions = {
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

export function scope(request) {
  return { ...ownFunctions, ...clock(request.now), ...request.context };
}
