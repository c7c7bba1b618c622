// How well a class or property fits the words that somebody types: by its short name, by its names in any language, by the class of its
// values, by synonyms.

import { folded } from "./vocabulary.js";

// What a word counts, from the surest down. A whole word is surer than its beginning.
const NAME = 8;
const NAME_BEGINS = 7;
const WORD = 6;
const WORD_BEGINS = 5;
const OTHER_NAME = 4;
const OTHER_NAME_BEGINS = 3;
const MEANING = 2;
const INSIDE = 1;

// The entries that fit, best first; of those that fit alike the shorter names, then those that are used more.
export function ranked(entries, typed, synonyms) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  const found = entries.map((entry) => ({ entry, rank: rank(described(entry), words, synonyms) })).filter(({ rank }) => rank > 0);
  // What the graph's own ontology defines comes before what it does not.
  const order = (a, b) =>
    b.rank - a.rank || described(a.entry).parts.length - described(b.entry).parts.length || Boolean(b.entry.definition) - Boolean(a.entry.definition) || b.entry.count - a.entry.count;
  return found.sort(order).map(({ entry }) => entry);
}

const seen = new WeakMap();

// The words of an entry, folded once.
function described(entry) {
  if (seen.has(entry)) return seen.get(entry);
  const { name, iri, label = "", also = [], ranges = [] } = entry;
  const isShort = !name.startsWith("<");
  const [prefix, local] = isShort ? name.split(/:(.*)/s) : ["", lastPart(iri)];
  const made = {
    prefix: folded(prefix),
    local: folded(local),
    parts: parts(local),
    label: wordsOf(label),
    also: also.flatMap(wordsOf),
    ranges: ranges.flatMap((range) => parts(lastPart(range))),
  };
  seen.set(entry, made);
  return made;
}

function rank(entry, words, synonyms) {
  if (words.length === 0) return 1;
  const ranks = words.map((word) => (word.includes(":") ? rankOfName(entry, word, synonyms) : rankOfWord(entry, word, synonyms)));
  return ranks.includes(0) ? 0 : ranks.reduce((sum, rank) => sum + rank) / ranks.length;
}

// `lc:proj`: the prefix must be right.
function rankOfName(entry, word, synonyms) {
  const [prefix, start] = word.split(/:(.*)/s);
  if (prefix !== entry.prefix) return 0;
  return start === "" ? 1 : rankOfWord(entry, start, synonyms);
}

function rankOfWord({ prefix, local, parts, label, also, ranges }, word, synonyms) {
  const begins = (part) => part.startsWith(word);
  if (local === word) return NAME;
  if (local.startsWith(word)) return NAME_BEGINS;
  if (parts.includes(word) || label.includes(word)) return WORD;
  if (parts.some(begins) || label.some(begins)) return WORD_BEGINS;
  if (also.includes(word)) return OTHER_NAME;
  if (also.some(begins)) return OTHER_NAME_BEGINS;
  const meant = synonyms.get(word);
  if (ranges.includes(word) || (meant && (parts.some((part) => meant.has(part)) || label.some((part) => meant.has(part))))) return MEANING;
  return prefix.startsWith(word) || local.includes(word) ? INSIDE : 0;
}

const lastPart = (iri) => iri.replace(/.*[/#]/, "");

// `worksInCountry` -> works, in, country.
const parts = (name) => (name.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\d+/gu) ?? []).map(folded);

const wordsOf = (text) => folded(text).split(/[^\p{L}\d]+/u).filter(Boolean);
