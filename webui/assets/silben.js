// German words in syllables, for what has to part them itself: drawings, where no browser does. A bundle of its own that all diagrams share, for its
// patterns are large.
import createHyphenator from "hyphen";
import patterns from "hyphen/patterns/de-1996.js";

const SOFT_HYPHEN = "\u00AD";
const hyphenate = createHyphenator(patterns, { html: false, hyphenChar: SOFT_HYPHEN });

// A word that has soft hyphens already is parted at these.
export const silben = (word) => hyphenate(word).split(SOFT_HYPHEN);
