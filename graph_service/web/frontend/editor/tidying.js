// A query as people lay it out: a line for each part of a pattern, groups further in, keywords in capitals, declarations that are used. Only
// white space, the case of keywords and the prologue change; what stands together stays together.

import { declared, tokens } from "./outline.js";

const INDENT = "  ";

// A group of one part stays on its line up to so many characters.
const SHORT = 70;

const CAPITALS = new Set(
  "PREFIX BASE SELECT CONSTRUCT ASK DESCRIBE DISTINCT REDUCED AS FROM NAMED WHERE GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET VALUES UNDEF OPTIONAL UNION MINUS GRAPH SERVICE SILENT BIND FILTER NOT EXISTS IN".split(" "),
);
const CLAUSES = new Set("SELECT CONSTRUCT ASK DESCRIBE FROM GROUP HAVING ORDER LIMIT OFFSET VALUES".split(" "));
const PARTS = new Set("OPTIONAL MINUS GRAPH SERVICE BIND FILTER VALUES SELECT GROUP HAVING ORDER LIMIT OFFSET".split(" "));

export function tidied(text) {
  return new Layout(text).write();
}

// The text without declarations of prefixes that nothing uses.
export function withoutUnused(text) {
  const all = tokens(text);
  const used = new Set(all.flatMap(({ kind, text: name }, at) => (kind === "name" && all[at - 1]?.text.toUpperCase() !== "PREFIX" ? [name.split(":")[0]] : [])));
  const unused = Object.keys(declared(all)).filter((prefix) => !used.has(prefix));
  return all.reduceRight((rest, token, at) => {
    if (token.text.toUpperCase() !== "PREFIX" || token.kind !== "word" || !unused.includes(all[at + 1]?.text.slice(0, -1))) return rest;
    const end = all[at + 2].to;
    return rest.slice(0, token.from) + rest.slice(end).replace(/^[ \t]*\n?/, "");
  }, text);
}

class Layout {
  constructor(text) {
    this.text = text;
    this.all = tokens(text);
    this.lines = [];
    this.line = "";
    this.depth = 0;
    // Open brackets; of a brace whether its content stays on the line.
    this.open = [];
    this.far = false;
  }

  write() {
    for (const [at, token] of this.all.entries()) this.token(token, at);
    this.break();
    return `${this.lines.join("\n").trim()}\n`;
  }

  token(token, at) {
    const { kind, text } = token;
    const before = this.all[at - 1];
    const between = before ? this.text.slice(before.to, token.from) : "";
    const word = kind === "word" && CAPITALS.has(text.toUpperCase()) ? text.toUpperCase() : "";
    const top = this.open.at(-1);
    if (kind === "comment") return this.comment(text, between);
    if (before?.kind === "comment") this.break();
    if (/\n[ \t]*\n/.test(between) && this.depth === 0) this.blank();
    if (text === "}" && top && !top.inline) {
      this.far = false;
      this.break();
      this.depth -= 1;
    }
    const last = before?.text.toUpperCase();
    const begins = this.open.length === 0 ? CLAUSES.has(word) || word === "PREFIX" || word === "BASE" : top.bracket === "{" && !top.inline && PARTS.has(word);
    if (begins && !(word === "GROUP" && last === "(")) {
      this.far = false;
      this.break();
      if (this.open.length === 0 && word !== "PREFIX" && word !== "BASE" && this.inPrologue) this.blank();
      this.inPrologue = word === "PREFIX" || word === "BASE";
      this.part = word;
    }
    this.line += this.gap(token, before, between) + (word || text);
    this.after(token, at);
  }

  gap({ text }, before, between) {
    if (this.line === "") return INDENT.repeat(this.depth + Number(this.far));
    if (before?.text === "}" && text === ")") return "";
    if (text === "{" || text === "}" || before?.text === "{" || before?.text === "}") return " ";
    if ((text === "." || text === ";") && this.open.at(-1)?.bracket === "{") return " ";
    return /\s/.test(between) ? " " : "";
  }

  after({ text, kind }, at) {
    if (kind !== "mark") return;
    const top = this.open.at(-1);
    if (text === "{") {
      const inline = this.isShort(at);
      this.open.push({ bracket: "{", inline });
      if (inline) return;
      this.break();
      this.depth += 1;
      this.far = false;
    } else if (text === "(" || text === "[") this.open.push({ bracket: text });
    else if ("})]".includes(text)) {
      this.open.pop();
      if (text === "}" && !top?.inline && !/^(UNION)$/i.test(this.all[at + 1]?.text ?? "") && this.open.length > 0) this.break();
      else if (text === ")" && this.isTest() && this.all[at + 1]?.text !== ".") this.break();
      else if (text === "}" && top?.inline && this.open.at(-1)?.bracket === "{" && !this.open.at(-1).inline && !/^(UNION|[.])$/i.test(this.all[at + 1]?.text ?? "")) this.break();
    } else if (text === "." && top?.bracket === "{" && !top.inline) {
      this.far = false;
      this.break();
    } else if (text === ";" && top?.bracket === "{" && !top.inline) {
      this.break();
      this.far = true;
    }
  }

  // Whether what was just closed is a whole filter, which ends its line.
  isTest() {
    const around = this.open.at(-1);
    const ends = around?.bracket === "{" && !around.inline && (this.part === "FILTER" || this.part === "BIND");
    if (ends) this.part = "";
    return ends;
  }

  // Whether the group that opens here is one part only, or the rows of VALUES, as short as a line.
  isShort(at) {
    const values = this.isValues(at);
    let depth = 0;
    for (const token of this.all.slice(at)) {
      if (token.kind === "comment") return false;
      if (token.text === "{") depth += 1;
      if (token.text === "}") depth -= 1;
      if (depth === 0) return token.to - this.all[at].from <= SHORT && this.open.length > 0;
      if (depth > 1 || (!values && token.kind === "mark" && ".;".includes(token.text))) return false;
    }
    return false;
  }

  isValues(at) {
    let place = at - 1;
    while (place >= 0 && (this.all[place].kind === "variable" || "()".includes(this.all[place].text))) place -= 1;
    return this.all[place]?.text.toUpperCase() === "VALUES";
  }

  comment(text, between) {
    if (/\n/.test(between)) {
      this.break();
      if (/\n[ \t]*\n/.test(between)) this.blank();
    }
    // Behind what ended a line it stays on that line.
    if (!/\n/.test(between) && this.line === "" && this.lines.length > 0) this.line = this.lines.pop();
    this.line += (this.line === "" ? INDENT.repeat(this.depth + Number(this.far)) : " ") + text;
    this.break();
  }

  break() {
    if (this.line.trim() !== "") this.lines.push(this.line.trimEnd());
    this.line = "";
  }

  blank() {
    this.break();
    if (this.lines.length > 0 && this.lines.at(-1) !== "") this.lines.push("");
  }
}
