// Taking a query away: as a link, and as the file of a canned query.

import { tokens } from "./outline.js";

// The query that the page was opened with: `/sparql#query=…`, percent-encoded UTF-8. It is not run; `/sparql?query=…` is.
export function queryOfAddress() {
  const given = location.hash.match(/^#query=(.*)$/s)?.[1];
  try {
    return given === undefined ? null : decodeURIComponent(given.replaceAll("+", " "));
  } catch {
    return null;
  }
}

// A query without the header of a canned query, whose summary it keeps as a comment.
export function withoutHeader(text, summary) {
  const body = text.split("\n").filter((line) => !line.startsWith("#+")).join("\n").trim();
  return summary ? `# ${summary}\n${body}\n` : `${body}\n`;
}

// The file of a canned query: a header with what the author has to say, above the query. Its first comment is the summary; a VALUES row
// of one variable is a parameter. What has a header already stays as it is.
export function asCanned(text, columns) {
  if (/^#\+/m.test(text)) return text;
  const all = tokens(text);
  const comment = all.find((token) => token.kind === "comment");
  const summary = comment?.text.replace(/^#+\s*/, "") || "…";
  const parameters = all.flatMap((token, at) => (/^VALUES$/i.test(token.text) && all[at + 1]?.kind === "variable" ? [[all[at + 1].text.slice(1), all[at + 3]]] : []));
  const lines = ["summary:", `  en: ${quoted(summary)}`, "  fr: …", "  es: …", "description:", "  en: …", "  fr: …", "  es: …", "tags: […]"];
  if (parameters.length) lines.push("params:", ...parameters.flatMap(([name, value]) => [`  ${name}:`, `    type: ${typeOf(value)}`, `    label: {en: ${quoted(name)}, fr: …, es: …}`]));
  if (columns.length) lines.push("columns:", ...columns.map((name) => `  ${name}: {en: ${quoted(name.replaceAll("_", " "))}, fr: …, es: …}`));
  return `${lines.map((line) => `#+ ${line}`).join("\n")}\n\n${text.trim()}\n`;
}

const quoted = (text) => JSON.stringify(text);

function typeOf(token) {
  if (token?.kind === "number") return /^[+-]?\d+$/.test(token.text) ? "integer" : "decimal";
  return token?.kind === "string" ? "string" : "iri";
}
