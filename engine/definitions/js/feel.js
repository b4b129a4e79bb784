// The half of engine/definitions/feel.py that lives in embedded V8: JSON text in, JSON text out; parsed texts are kept between calls, values are not.
import { guarded, plain } from './feel_answers.js';
import { evaluated } from './feel_compile.js';
import { decide } from './feel_decision.js';
import { configure, scopeOf } from './feel_functions.js';
import { reading, soundness } from './feel_reading.js';

// Diagrams come from outside. Without the `__proto__` accessor, and with Object.prototype sealed against additions, no key of a context
// can reach another evaluation.
delete Object.prototype.__proto__;
Object.preventExtensions(Object.prototype);

// The library of dates spells each number of a duration through the tables of languages, which takes longer than most evaluations. The whole
// numbers it has there read the same without.
const spelled = Number.prototype.toLocaleString;
Number.prototype.toLocaleString = function (language, ...how) {
  return language === 'fullwide' && Number.isSafeInteger(+this) && !Object.is(+this, -0) ? String(+this) : spelled.call(this, language, ...how);
};

/** The JSON value of one expression, or its error, with all warnings. */
function answer(source, scope) {
  const outcome = guarded(source, () => evaluated(source, scope));
  if ('error' in outcome) return outcome;
  const asJson = guarded(source, () => ({ value: plain(outcome.value), warnings: [] }));
  return { ...asJson, warnings: outcome.warnings };
}

globalThis.fallfluss = {
  configure,
  evaluate: (request) => {
    const scope = scopeOf(request);
    return request.expressions.map((source) => answer(source, scope));
  },
  problem: (request) => soundness(request.source, request.kind),
  reading: (request) => reading(request.source, request.kind),
  decide,
};
