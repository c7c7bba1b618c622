// What can be written at the cursor: prefixes, classes, properties of the subject's class, variables, words of SPARQL, and things by their
// names. All from this graph: from /sparql/vocabulary and /search.

import { pickedCompletion } from "@codemirror/autocomplete";
import { at } from "../site/service.js";
import { about } from "./about.js";
import { outline, placeForPrefix, tokens } from "./outline.js";
import { ranked } from "./ranking.js";
import { vocabulary } from "./vocabulary.js";

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const MOST = 60;

const BEGINNINGS = ["SELECT", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX", "DISTINCT", "FROM", "FROM NAMED", "WHERE", "ORDER BY", "GROUP BY", "HAVING", "LIMIT", "OFFSET", "VALUES", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "AS", "ASC", "DESC"];
const PATTERNS = ["OPTIONAL { }", "FILTER()", "FILTER NOT EXISTS { }", "FILTER EXISTS { }", "BIND()", "VALUES", "UNION { }", "MINUS { }", "GRAPH", "SELECT"];
const FUNCTIONS = ["ABS()", "BOUND()", "CEIL()", "COALESCE()", "CONCAT()", "CONTAINS()", "DATATYPE()", "DAY()", "EXISTS { }", "FLOOR()", "IF()", "IN ()", "IRI()", "isBLANK()", "isIRI()", "isLITERAL()", "isNUMERIC()", "LANG()", "LANGMATCHES()", "LCASE()", "MONTH()", "NOT EXISTS { }", "NOT IN ()", "NOW()", "REGEX()", "REPLACE()", "ROUND()", "STR()", "STRAFTER()", "STRBEFORE()", "STRDT()", "STRENDS()", "STRLANG()", "STRLEN()", "STRSTARTS()", "SUBSTR()", "UCASE()", "YEAR()"];

const KEYWORDS = new Set(["A", "TRUE", "FALSE", "BY", "UNDEF", "NAMED", "NOT", "EXISTS", "IN", "SILENT", "SERVICE", ...[...BEGINNINGS, ...PATTERNS, ...FUNCTIONS].flatMap((word) => word.toUpperCase().match(/\w+/g))]);

export function completion(texts, language) {
  return async (context) => {
    const text = context.state.doc.toString();
    const from = severalWords(text.slice(0, context.pos)) ?? context.matchBefore(/[?$]?[\p{L}\d_:.%-]*/u).from;
    const typed = text.slice(from, context.pos);
    if (typed === "" && !context.explicit) return null;
    const known = await vocabulary(language);
    const here = outline(text, from, known.prefixes);
    if (here.role === "inside" || context.aborted) return null;
    const say = new Sayer(texts, language, here, known);
    const options = /^[?$]/.test(typed) ? say.variables(typed) : [...say.terms(typed), ...say.words(typed), ...(typed ? [] : say.variables(typed))];
    if (wantsThings(here, typed)) options.push(...(await say.things(typed, context)));
    return { from, options: options.slice(0, MOST), filter: false };
  };
}

// Where a name of several words begins, which is no SPARQL yet: `Costa R`. Undefined if there is only one word.
function severalWords(text) {
  const all = tokens(text);
  const isWord = ({ kind, text: word }) => kind === "word" && !KEYWORDS.has(word.toUpperCase());
  let first = all.length;
  let end = text.length;
  while (first > 0 && isWord(all[first - 1]) && end - all[first - 1].to <= 1) {
    first -= 1;
    end = all[first].from;
  }
  return first < all.length - 1 ? end : undefined;
}

function wantsThings({ role, predicate }, typed) {
  return typed.length > 1 && !/^[?$_]|:$/.test(typed) && ((role === "object" && predicate !== TYPE) || role === "value" || role === "subject" || role === "expression");
}

class Sayer {
  constructor(texts, language, here, known) {
    Object.assign(this, { texts, language, here, known, number: new Intl.NumberFormat(language) });
  }

  variables(typed) {
    const wanted = typed.slice(1);
    return this.here.variables.filter((name) => name.startsWith(`?${wanted}`) && name !== typed).map((label) => ({ label, type: "variable" }));
  }

  terms(typed) {
    const { role, predicate, classes } = this.here;
    if (role === "prefix") return this.prefixes(typed);
    if (role === "predicate") return [...match("a", typed, { label: "a", type: "keyword", detail: this.texts.isOfClass }), ...this.properties(classes, typed)];
    if (role === "object" && predicate === TYPE) return this.entries(this.known.classes, typed, "class");
    if (role === "expression" || role === "value") return typed.length > 1 ? this.entries([...this.known.classes, ...this.known.properties], typed, "class").slice(0, 20) : [];
    return [];
  }

  prefixes(typed) {
    return Object.entries(this.known.prefixes)
      .filter(([prefix]) => !(prefix in this.here.prefixes) && prefix.startsWith(typed.replace(/:.*/, "")))
      .map(([prefix, space]) => ({ label: `${prefix}:`, detail: space, type: "namespace", apply: `${prefix}: <${space}>\n` }));
  }

  // Those that things of the subject's classes have; any others only where none of these fits.
  properties(classes, typed) {
    const usual = this.entries(this.known.propertiesOf(classes), typed, "property");
    return usual.length > 0 ? usual : this.entries(this.known.properties, typed, "property");
  }

  entries(entries, typed, type) {
    return ranked(entries, typed, this.known.synonyms).map((entry) => ({ ...this.term(entry.iri, type), detail: `${entry.label ?? ""} ${this.number.format(entry.count)}`.trim(), info: () => about(entry, this.texts, this.language) }));
  }

  // The graph's own search knows the names of things in all languages, and their acronyms.
  async things(typed, context) {
    const asked = new AbortController();
    context.addEventListener("abort", () => asked.abort());
    const words = typed.replace(/^.*:/, "").replaceAll("_", " ");
    try {
      const answer = await fetch(`${at("search")}?suggest&q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" }, signal: asked.signal });
      const { results } = await answer.json();
      return results.map(({ iri, name, kind }) => ({ ...this.term(iri, "thing"), displayLabel: name, detail: kind?.name ?? "" }));
    } catch {
      return [];
    }
  }

  term(iri, type) {
    const { name, prefix, space } = this.known.write(iri, this.here.prefixes);
    const declaration = prefix !== undefined && !(prefix in this.here.prefixes) ? `PREFIX ${prefix}: <${space}>` : null;
    return { label: name, type, apply: (view, option, from, to) => insert(view, option, from, to, name, declaration) };
  }

  words(typed) {
    const { role } = this.here;
    const offered = { clause: BEGINNINGS, subject: PATTERNS, end: PATTERNS, expression: FUNCTIONS }[role] ?? [];
    return offered.flatMap((word) => match(word, typed, { label: word, type: "keyword", apply: (view, option, from, to) => insertWord(view, option, from, to, word) }));
  }
}

const match = (word, typed, option) => (word.toLowerCase().startsWith(typed.toLowerCase()) ? [option] : []);

function insert(view, option, from, to, name, declaration) {
  const changes = [{ from, to, insert: name }];
  if (declaration !== null) {
    const { at, before, after } = placeForPrefix(view.state.doc.toString());
    changes.push({ from: Math.min(at, from), insert: `${before}${declaration}${after}` });
  }
  const added = declaration === null ? 0 : changes[1].insert.length;
  view.dispatch({ changes, selection: { anchor: from + name.length + added }, annotations: pickedCompletion.of(option), userEvent: "input.complete" });
}

// The cursor goes where the word wants more: into its parentheses or braces.
function insertWord(view, option, from, to, word) {
  const inside = word.search(/\)$| \}$/);
  const anchor = from + (inside < 0 ? word.length + 1 : word.endsWith("}") ? inside + 1 : inside);
  const insert = inside < 0 ? `${word} ` : word.endsWith("}") ? word.replace("{ }", "{  }") : word;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor }, annotations: pickedCompletion.of(option), userEvent: "input.complete" });
}
