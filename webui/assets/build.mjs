// Bundles what the browser and the embedded interpreter load. `npm run build`; `--watch` is not offered: a build takes a second.
//
// Everything for the browser gets a hash into its name and a line in manifest.json, so that it may be cached for ever.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { felder, formulare, inGerman, marken, ohneUebersetzung, spalten } from "./werkstatt/worte/literale.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const from = (...parts) => path.join(root, ...parts);
const target = from("webui/static/dist");

// Built first: other bundles load it instead of holding it, so that a browser gets it once.
const SHARED = "webui/assets/silben.js";

// For the browser: name without hash -> source.
const browserBundles = {
  "silben.js": SHARED,
  "start.js": "webui/assets/start.js",
  "anwendung.js": "webui/assets/anwendung.js",
  "anwendung.css": "webui/assets/anwendung.css",
  "diagramm.js": "webui/assets/diagramm.js",
  "diagramm.css": "webui/assets/diagramm.css",
  "vergleich.js": "webui/assets/vergleich.js",
  "vergleich.css": "webui/assets/vergleich.css",
  // The studio's editors by others; each page loads only its own.
  "werkstatt.css": "webui/assets/werkstatt/werkstatt.css",
  ...Object.fromEntries(["bpmn", "dmn", "form", "marken"].flatMap((kind) => ["js", "css"].map((end) => [`werkstatt-${kind}.${end}`, `webui/assets/werkstatt/${kind}.${end}`]))),
  "auswertung.js": "webui/assets/auswertung/auswertung.js",
  "auswertung.css": "webui/assets/auswertung/auswertung.css",
  "schaubild.js": "webui/assets/auswertung/schaubild.js",
  "umstellung.js": "webui/assets/werkstatt/umstellung.js",
  "umstellung.css": "webui/assets/werkstatt/umstellung.css",
};

// For the server: plain scripts for embedded V8, unhashed. `define` and friends belong to the bundle that needs them.
const serverBundles = [
  { source: "engine/definitions/js/feel.js", out: "engine/definitions/dist/feel.js" },
  { source: "engine/definitions/js/lint.js", out: "engine/definitions/dist/lint.js" },
];

// Typeface and coat of arms of the design system belong to gov.uk: they go, and the family name becomes ours. `screen\0` is a
// trick for a browser of 2013 that esbuild complains about.
const neutralBrand = {
  name: "neutral-brand",
  setup(bundler) {
    bundler.onLoad({ filter: /govuk-frontend\.min\.css$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const contents = text
        .replace(/@font-face\{[^}]*\}/g, "")
        .replace(/font-family:GDS Transport,arial,sans-serif/g, "font-family:var(--schrift)")
        .replaceAll("url(/assets/images/govuk-crest.svg)", "none")
        .replaceAll("@media screen\\0", "@media not all");
      if (/GDS Transport|url\(\/assets/.test(contents)) throw new Error("govuk-frontend mentions its brand in a new way");
      return { contents, loader: "css" };
    });
  },
};

// feelin parses an expression anew at each call. This lends its inside to feel_compile.js, which keeps the parsed form.
const openFeelin = {
  name: "open-feelin",
  setup(bundler) {
    bundler.onLoad({ filter: /feelin[\\/]dist[\\/]index\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      for (const name of ["const interpreter =", "const builtins =", "function coerceContext(", "function formatDetails("]) {
        if (!text.includes(name)) throw new Error(`feelin has no «${name}» any more`);
      }
      return { contents: `${text}\nexport { interpreter, builtins, coerceContext, formatDetails };\n`, loader: "js" };
    });
  },
};

// The form editor brings a preact of its own and draws with components that come from the other one: hooks find each other in one only.
const onePreact = {
  name: "one-preact",
  setup(bundler) {
    bundler.onResolve({ filter: /^preact(\/|$)/ }, ({ path: wanted, importer, kind, pluginData }) => {
      if (pluginData === "one-preact" || !/form-js/.test(importer)) return undefined;
      return bundler.resolve(wanted, { kind, resolveDir: from("node_modules/@bpmn-io/form-js-editor"), pluginData: "one-preact" });
    });
  },
};

// The form editor's panel suggests only what the form itself names. A case knows more: what the page says in `caseVariables`, with types.
const caseVariables = {
  name: "case-variables",
  setup(bundler) {
    bundler.onLoad({ filter: /form-js-editor[\\/]dist[\\/]index\.es\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const contents = text
        .replaceAll(/useVariables\(\)\.map\(name => \(\{\s*name\s*\}\)\)/g, "useVariables()")
        .replace("return getSchemaVariables(schema);\n", "return globalThis.caseVariables();\n")
        // Every change draws the selected field anew, which then takes the focus: not from somebody who types in the panel.
        .replace("if (selection.isSelected(field)) {\n      ref.current.focus();", "if (selection.isSelected(field) && !document.activeElement?.closest('.bio-properties-panel')) {\n      ref.current.focus();");
      if (!contents.includes("globalThis.caseVariables(") || !contents.includes("closest('.bio-properties-panel')) {\n      ref") || /useVariables\(\)\./.test(contents)) throw new Error("the form editor asks for its variables in a new way");
      return { contents: inGerman(contents, formulare, "form-js-editor"), loader: "js" };
    });
  },
};

// What libraries do not let a translation say. The simulation is many files: what none of them says any more is noticed after the build.
const germanWords = {
  name: "german-words",
  setup(bundler) {
    const whole = (filter, words, library) => bundler.onLoad({ filter }, async ({ path: file }) => ({ contents: inGerman(await readFile(file, "utf8"), words, library), loader: "js" }));
    whole(/form-js-viewer[\\/]dist[\\/]index\.es\.js$/, felder, "form-js-viewer");
    whole(/@bpmn-io[\\/]properties-panel[\\/]dist[\\/]index\.esm\.js$/, ohneUebersetzung, "properties-panel");
    whole(/dmn-js-decision-table[\\/]lib[\\/]features[\\/]drag-and-drop[\\/]DragAndDrop\.js$/, spalten, "dmn-js");
    const left = new Map(Object.entries(marken));
    bundler.onLoad({ filter: /bpmn-js-token-simulation[\\/]lib[\\/]features[\\/].*\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const said = Object.fromEntries(Object.entries(marken).filter(([english]) => text.includes(english)));
      Object.keys(said).forEach((english) => left.delete(english));
      return { contents: inGerman(text, said, "token simulation"), loader: "js" };
    });
    bundler.onEnd(() => {
      if (left.size && left.size < Object.keys(marken).length) throw new Error(`the token simulation does not say ${[...left.keys()].join(", ")} any more`);
    });
  },
};

// ``hashed`` is what the bundle of SHARED is called beside the others.
const shared = (hashed) => ({
  name: "shared",
  setup(bundler) {
    bundler.onResolve({ filter: /\/silben\.js$/ }, ({ kind }) => (kind === "entry-point" ? undefined : { path: `./${hashed}`, external: true }));
  },
});

const common = { bundle: true, minify: true, write: false, logLevel: "warning", legalComments: "eof" };

async function browserBundle([name, source], plugins = []) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [from(source)],
    format: source.endsWith(".js") && name !== "start.js" ? "esm" : undefined,
    target: ["es2022", "chrome111", "firefox114", "safari16.4"],
    loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".eot": "empty" },
    plugins: [neutralBrand, onePreact, caseVariables, germanWords, ...plugins],
    outfile: path.join(target, name),
  });
  const contents = outputFiles[0].contents;
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 12);
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}.${hash}${ext}`;
  await writeFile(path.join(target, hashed), contents);
  return [name, hashed];
}

async function serverBundle({ source, out }) {
  const { outputFiles } = await build({
    ...common, entryPoints: [from(source)], format: "iife", platform: "neutral", mainFields: ["module", "main"], target: "es2022", plugins: [openFeelin],
  });
  await mkdir(path.dirname(from(out)), { recursive: true });
  await writeFile(from(out), outputFiles[0].contents);
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const [first, ...others] = Object.entries(browserBundles);
const silben = await browserBundle(first);
const manifest = Object.fromEntries([silben, ...(await Promise.all(others.map((one) => browserBundle(one, [shared(silben[1])]))))]);
await writeFile(path.join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
await Promise.all(serverBundles.filter(({ source }) => existsSync(from(source))).map(serverBundle));
