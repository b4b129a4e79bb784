// Loaded before c8ctl (`node --import ./c8ctl.mjs …/@camunda8/cli/dist/index.js`); the command line itself runs unchanged.
//
// c8ctl 4.1.0 asks for release 10 of its REST library, which is not in the registry; package.json gives it the newest that is, 9.1.5.
// That one lacks four of the names c8ctl imports, and an import of a missing name ends the program before it starts. Here c8ctl's own
// imports of the library are led to c8ctl-library.mjs: all of the real library, and those four. Needs Node 22.15 for `registerHooks`.
import { registerHooks } from 'node:module';

const LIBRARY = '@camunda8/orchestration-cluster-api';
const STAND_IN = new URL('c8ctl-library.mjs', import.meta.url).href;
const CLI = new URL('node_modules/@camunda8/cli/dist/index.js', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== LIBRARY) return nextResolve(specifier, context);
    if (context.parentURL === STAND_IN) return nextResolve(specifier, { ...context, parentURL: CLI });
    return { url: STAND_IN, format: 'module', shortCircuit: true };
  },
});
