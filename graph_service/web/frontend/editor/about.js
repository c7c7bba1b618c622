// What the graph says of a class, a property or a thing, for who points at it in a query or asks for it by a key.

import { hoverTooltip } from "@codemirror/view";
import { at } from "../site/service.js";
import { declared, tokens } from "./outline.js";
import { vocabulary } from "./vocabulary.js";

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

// The term at a place of a text, and what is known of it: name, label, definition, count; null if there is none, or nothing is known.
export async function termAt(text, place, language) {
  const all = tokens(text);
  const token = all.find(({ kind, from, to, text: word }) => from <= place && place <= to && (kind === "name" || kind === "iri" || word === "a"));
  if (!token) return null;
  const known = await vocabulary(language);
  const iri = expand(token, { ...known.prefixes, ...declared(all) });
  if (iri === null) return null;
  const entry = known.find(iri) ?? (await thing(iri, language));
  return entry && { ...entry, iri, name: token.text, from: token.from, to: token.to };
}

function expand({ kind, text }, prefixes) {
  if (text === "a") return TYPE;
  if (kind === "iri") return text.slice(1, -1);
  const [prefix, local] = text.split(/:(.*)/s);
  return prefix in prefixes && local ? prefixes[prefix] + local : null;
}

// What is no class and no property: the search knows the names of things.
async function thing(iri, language) {
  const words = iri.replace(/.*[/#]/, "").replaceAll(/[-_]/g, " ");
  try {
    const answer = await fetch(`${at("search")}?${new URLSearchParams({ suggest: "", q: words, lang: language })}`, { headers: { Accept: "application/json" } });
    const { results } = await answer.json();
    const found = results.find((result) => result.iri === iri);
    return found && { label: found.name, definition: found.kind?.name };
  } catch {
    return undefined;
  }
}

// The lines of what is known, by name.
export function lines({ label, definition, count }, { used }, language) {
  const told = { label, definition, count: count === undefined ? "" : used.replace("{count}", new Intl.NumberFormat(language).format(count)) };
  return Object.entries(told).filter(([, text]) => text);
}

export function about(entry, texts, language) {
  const box = document.createElement("div");
  box.className = "about";
  for (const [part, text] of lines(entry, texts, language)) {
    const line = document.createElement("p");
    line.className = part;
    line.textContent = text;
    box.append(line);
  }
  return box;
}

export const hover = (texts, language) =>
  hoverTooltip(async (view, place) => {
    const found = await termAt(view.state.doc.toString(), place, language);
    return found && { pos: found.from, end: found.to, above: true, create: () => ({ dom: about(found, texts, language) }) };
  });
