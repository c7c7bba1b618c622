// The classes and properties of the graph, fetched when the editor is first used, and how IRIs are written in a query.

import { at } from "../site/service.js";

const LOCAL = /^[\p{L}\d_](?:[\p{L}\d_.-]*[\p{L}\d_-])?$/u;

export class Vocabulary {
  constructor({ prefixes, classes, properties, synonyms = [] }) {
    this.prefixes = prefixes;
    // Word -> all words that may be meant by it.
    this.synonyms = new Map();
    for (const group of synonyms) for (const word of group) this.synonyms.set(word, new Set([...(this.synonyms.get(word) ?? []), ...group]));
    this.classes = classes.map((entry) => this.named(entry));
    this.properties = properties.map((entry) => this.named(entry));
    this.classByIri = new Map(this.classes.map((entry) => [entry.iri, entry]));
    this.propertyByIri = new Map(this.properties.map((entry) => [entry.iri, entry]));
    this.spaces = Object.entries(prefixes).sort(([, a], [, b]) => b.length - a.length);
  }

  // The properties that things of these classes have, with how often; all of them where nothing is known of the classes.
  propertiesOf(classes) {
    const used = classes.map((iri) => this.classByIri.get(iri)?.properties).filter(Boolean);
    if (used.length === 0) return this.properties;
    return this.properties
      .filter((entry) => used.every((counts) => entry.iri in counts))
      .map((entry) => ({ ...entry, count: Math.min(...used.map((counts) => counts[entry.iri])) }))
      .sort((a, b) => b.count - a.count);
  }

  find(iri) {
    return this.classByIri.get(iri) ?? this.propertyByIri.get(iri);
  }

  named(entry) {
    return { ...entry, ...this.write(entry.iri) };
  }

  // How an IRI is written, and the prefix that this needs: `museum:Work` and `museum`, or `<…>` and none. `declared` are the prefixes of the
  // query, which come first.
  write(iri, declared = {}) {
    for (const [prefix, space] of [...Object.entries(declared), ...(this.spaces ?? Object.entries(this.prefixes))]) {
      const local = iri.startsWith(space) ? iri.slice(space.length) : "";
      if (LOCAL.test(local) && (declared[prefix] ?? space) === space) return { name: `${prefix}:${local}`, prefix, space };
    }
    return { name: `<${iri}>` };
  }
}

let fetched;

export function vocabulary(language) {
  fetched ??= fetch(`${at("sparql/vocabulary")}?lang=${language}`)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((document) => new Vocabulary(document))
    .catch(() => {
      // Asked again at the next key; meanwhile there is completion of words and variables.
      fetched = undefined;
      return new Vocabulary({ prefixes: {}, classes: [], properties: [] });
    });
  return fetched;
}

// Words without case and accents, as people type them.
export function folded(text) {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
