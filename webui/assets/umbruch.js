// The lines of a name: whole words as long as they fit, and of a word that is too long for any line its syllables, with a hyphen.
import { silben } from "./silben.js";

// So many letters of a word stand on a line at least.
const LEAST = 3;
// A word with the space before it and with the hyphen in which it ends: behind that a line may end.
const WORDS = /\s*([^\s-]+-*|-+)/g;

// ``room`` in the units of ``wide``, which measures a text.
export function umbrochen(text, room, wide) {
  return text.split(/\r?\n/).flatMap((line) => lines(line, room, wide)).join("\n");
}

// Of the longest piece between two places where a line may end anyway.
export const widest = (text, wide) => Math.max(0, ...[...text.matchAll(WORDS)].map(([, word]) => wide(word)));

function lines(text, room, wide) {
  const done = [];
  let line = "";
  const fits = (more) => wide(line + more) <= room;
  const next = (begin) => {
    if (line.trim()) done.push(line);
    line = begin;
  };
  for (const [whole, word] of text.matchAll(WORDS)) {
    if (fits(whole)) line += whole;
    else if (wide(word) <= room) next(word);
    else {
      let before = whole.slice(0, -word.length);
      let isBegun = false;
      const parts = parted(word);
      for (const [place, part] of parts.entries()) {
        if (fits(before + part + (place === parts.length - 1 ? "" : "-"))) line += before + part;
        else {
          if (isBegun) line += "-";
          next(part);
        }
        before = "";
        isBegun = true;
      }
    }
  }
  return [...done, line];
}

function parted(word) {
  const parts = silben(word);
  while (parts.length > 1 && parts[0].length < LEAST) parts.splice(0, 2, parts[0] + parts[1]);
  while (parts.length > 1 && parts.at(-1).length < LEAST) parts.splice(-2, 2, parts.at(-2) + parts.at(-1));
  return parts;
}
