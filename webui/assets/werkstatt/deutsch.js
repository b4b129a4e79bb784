// German for editors by others: they ask a translation for their words, each for its own. Nobody translated them into the canton's words.
import { eigenschaften } from "./worte/eigenschaften.js";
import { elementWords } from "./worte/elemente.js";
import { menue } from "./worte/menue.js";
import { tabellen } from "./worte/tabellen.js";
import { zeichnen } from "./worte/zeichnen.js";

function speaking(...sources) {
  const words = Object.assign({}, ...sources);
  function translate(template, replacements = {}) {
    const german = words[template] ?? elementWords(template);
    // A page that wants to know what is left in English brings a set for it, see the browser test.
    if (german === undefined && template) globalThis.ohneWort?.add(template);
    return (german ?? template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? replacements[key.trim()] ?? `{${key}}`);
  }
  globalThis.inDerWerkstatt = translate; // for parts that were given no translation, see worte/literale.mjs
  return { translate: ["value", translate] };
}

export const germanTables = speaking(zeichnen, tabellen);
export const german = speaking(zeichnen, menue, eigenschaften);
