// Bundles what is loaded as a file: one entry per bundle. Run by `npm run build`; everything it writes is git-ignored.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const bundles = [
  // The FEEL interpreter in embedded V8: a bare JavaScript engine, neither browser nor Node.
  {
    entryPoints: ['engine/definitions/feel.js'],
    outfile: 'engine/definitions/dist/feel.js',
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
  },
];

await Promise.all(
  bundles.map((bundle) => build({ absWorkingDir: root, bundle: true, minify: true, legalComments: 'eof', logLevel: 'info', ...bundle })),
);
