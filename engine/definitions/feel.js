// The half of engine/definitions/feel.py that lives in embedded V8: JSON text in, JSON text out; no value is kept between calls.
import { evaluate } from 'feelin';
import { guarded, plain } from './feel_answers.js';
import { configure, scope } from './feel_functions.js';
import { DIALECT, reading, soundness } from './feel_reading.js';
import { table } from './feel_table.js';

// Diagrams come from outside. Without the `__proto__` accessor, and with Object.prototype sealed against additions, no key of a context
// can reach another evaluation.
delete Object.prototype.__proto__;
Object.preventExtensions(Object.prototype);

/** The JSON value of one expression, or its error, with all warnings. */
function answer(source, context) {
  const outcome = guarded(source, () => evaluate(source, context, DIALECT));
  if ('error' in outcome) return outcome;
  const asJson = guarded(source, () => ({ value: plain(outcome.value), warnings: [] }));
  return { ...asJson, warnings: outcome.warnings };
}

globalThis.fallfluss = {
  configure,
  evaluate: (request) => {
    const context = scope(request);
    return request.expressions.map((source) => answer(source, context));
  },
  problem: (request) => soundness(request.source, request.kind),
  reading: (request) => reading(request.source, request.kind),
  table,
};
