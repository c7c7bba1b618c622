// Prefixes that a query uses and does not declare.

import { declared, placeForPrefix, tokens } from "./outline.js";

// The first use of each prefix that is not declared: its name, and where it stands.
export function undeclared(text) {
  const all = tokens(text);
  const known = declared(all);
  const found = new Map();
  for (const { kind, text: name, from, to } of all) {
    const prefix = name.split(":")[0];
    if (kind === "name" && prefix !== "_" && !(prefix in known) && !found.has(prefix)) found.set(prefix, { prefix, from, to });
  }
  return [...found.values()];
}

// A change of the text that declares those of them which the graph knows; null if there is nothing to declare.
export function declaration(text, { prefixes }) {
  const lines = undeclared(text).filter(({ prefix }) => prefix in prefixes).map(({ prefix }) => `PREFIX ${prefix}: <${prefixes[prefix]}>`);
  if (lines.length === 0) return null;
  const { at, before, after } = placeForPrefix(text);
  return { from: at, insert: before + lines.join("\n") + after };
}
