// What a query says up to a place in it, as far as completion must know: which part of a triple is being written there, of what subject
// and predicate, which prefixes and variables there are, and what classes the variables are said to be of. Made for texts that are
// not finished: nothing here fails.

const TOKEN =
  /(?<comment>#[^\n]*)|(?<iri><[^<>"{}|^`\\\s]*>)|(?<string>"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?<variable>[?$][\p{L}\d_]+)|(?<name>(?:[\p{L}_][\p{L}\d_.-]*)?:(?:[\p{L}\d_.:%-]*[\p{L}\d_:%-])?)|(?<language>@[A-Za-z-]+)|(?<number>[+-]?\d[\d.eE]*)|(?<word>[A-Za-z_][\w-]*)|(?<mark>\^\^|&&|\|\||[<>!]=|\S)/gu;

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

const PATTERN_WORDS = new Set(["OPTIONAL", "UNION", "MINUS", "GRAPH", "SERVICE", "SILENT", "WHERE", "NOT", "EXISTS"]);
const EXPRESSION_WORDS = new Set(["FILTER", "BIND"]);
const CLAUSE_WORDS = new Set(["SELECT", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"]);

export function tokens(text) {
  return [...text.matchAll(TOKEN)].map((found) => {
    const kind = Object.keys(found.groups).find((name) => found.groups[name] !== undefined);
    return { kind, text: found[0], from: found.index, to: found.index + found[0].length };
  });
}

// `role`: "subject", "predicate" or "object" inside a pattern, "value" inside VALUES, "expression", "prefix" behind PREFIX,
// "end" behind a whole triple, "clause" outside of all patterns, "inside" in a comment or a string.
export function outline(text, place, known = {}) {
  const all = tokens(text);
  const prefixes = declared(all);
  const expand = (token) => {
    if (token.text === "a") return TYPE;
    if (token.kind === "iri") return token.text.slice(1, -1);
    if (token.kind !== "name") return token.text;
    const [, prefix, local] = token.text.match(/^([^:]*):(.*)$/u);
    const space = prefixes[prefix] ?? known[prefix];
    return space === undefined ? token.text : space + local;
  };
  const reader = new Reader(expand);
  let here = null;
  for (const token of all) {
    if (here === null && token.to > place) here = reader.state();
    if (token.kind === "comment" || token.kind === "string" || token.kind === "iri") {
      const inside = token.from < place && (place < token.to || (place === token.to && token.kind === "comment"));
      if (inside) here = { ...reader.state(), role: "inside" };
    }
    if (token.kind !== "comment") reader.read(token);
  }
  here ??= reader.state();
  const variables = [...new Set(all.filter((token) => token.kind === "variable" && token.from !== place).map((token) => `?${token.text.slice(1)}`))];
  const classes = reader.triples.filter(([subject, predicate]) => subject === here.subject && predicate === TYPE).map(([, , kind]) => kind);
  return { ...here, prefixes, variables, classes };
}

// Prefix -> IRI of the declarations in a text.
export function declared(all) {
  const prefixes = {};
  for (const [at, token] of all.entries()) {
    if (token.kind !== "word" || token.text.toUpperCase() !== "PREFIX") continue;
    const [name, iri] = [all[at + 1], all[at + 2]];
    if (name?.kind === "name" && iri?.kind === "iri") prefixes[name.text.slice(0, -1)] = iri.text.slice(1, -1);
  }
  return prefixes;
}

// Where the declaration of one more prefix goes: behind the last one, or before the first word.
export function placeForPrefix(text) {
  const all = tokens(text);
  const last = all.findLastIndex((token) => /^(PREFIX|BASE)$/i.test(token.text));
  if (last < 0) return { at: all.find((token) => token.kind !== "comment")?.from ?? text.length, before: "", after: "\n" };
  const iri = all.slice(last).find((token) => token.kind === "iri");
  return { at: iri?.to ?? text.length, before: "\n", after: "" };
}

// Reads tokens one by one. A frame is what a bracket opened: which bracket, and what comes next in it.
class Reader {
  constructor(expand) {
    this.expand = expand;
    this.triples = [];
    this.frames = [];
    this.frame = { role: "clause" };
  }

  state() {
    const { role, subject, predicate, far } = this.frame;
    return { role: role === "verb" ? "object" : role, subject: far ? undefined : subject, predicate };
  }

  read(token) {
    const { role, bracket } = this.frame;
    const word = token.kind === "word" ? token.text.toUpperCase() : "";
    if (word === "PREFIX") this.frame.role = "prefix";
    else if (role === "prefix") this.frame.role = token.kind === "iri" ? "clause" : "prefix";
    else if (token.text === "{") this.brace();
    else if (token.text === "(") this.parenthesis();
    else if (token.text === "[") this.open("[", { role: "predicate", subject: Symbol("blank node") });
    else if ("})]".includes(token.text)) this.close();
    else if (word === "VALUES") this.frame.values = true;
    else if (role === "clause" || role === "value" || this.frame.values || bracket === "(") return;
    else this.inPattern(token, word);
  }

  open(bracket, frame) {
    this.frames.push(this.frame);
    this.frame = { bracket, ...frame };
  }

  brace() {
    const role = this.frame.values ? "value" : "subject";
    this.frame.values = false;
    this.open("{", { role });
  }

  parenthesis() {
    if (this.frame.role === "predicate") this.open("path", { role: "predicate", subject: this.frame.subject });
    else this.open("(", { role: this.frame.role === "value" ? "value" : "expression" });
  }

  // What was opened is now a whole: a term, a path, an expression, or a part of a pattern.
  close() {
    const closed = this.frame;
    this.frame = this.frames.pop() ?? { role: "clause" };
    const { role, bracket } = this.frame;
    if (bracket === "(" || role === "clause" || role === "value") return;
    if (closed.bracket === "path") this.frame.role = "verb";
    else if (closed.bracket !== "{" && (role === "object" || role === "verb")) this.frame.role = "end";
    else if (closed.bracket === "[") Object.assign(this.frame, { subject: closed.subject, role: "predicate" });
    else if (closed.bracket === "{" || role === "expression") this.frame.role = "subject";
  }

  inPattern(token, word) {
    const { frame } = this;
    if (EXPRESSION_WORDS.has(word)) frame.role = "expression";
    else if (PATTERN_WORDS.has(word)) frame.role = "subject";
    else if (CLAUSE_WORDS.has(word)) frame.role = "clause";
    else if (frame.role === "expression") return;
    else if (token.text === ".") Object.assign(frame, { role: "subject", far: false });
    else if (token.text === ";") Object.assign(frame, { role: "predicate", far: false });
    else if (token.text === ",") frame.role = "object";
    else if (frame.role === "subject") Object.assign(frame, { subject: this.term(token), role: "predicate" });
    else if (frame.role === "predicate" && !"^!".includes(token.text)) Object.assign(frame, { predicate: this.expand(token), role: "verb" });
    else if (frame.role === "verb" && token.text === "|") frame.role = "predicate";
    // Behind a `/` it is another thing's properties that come next.
    else if (frame.role === "verb" && token.text === "/") Object.assign(frame, { role: "predicate", far: true });
    else if (frame.role === "verb" && "*+?".includes(token.text)) return;
    else if (frame.role === "verb" || frame.role === "object") {
      this.triples.push([frame.subject, frame.predicate, this.expand(token)]);
      frame.role = "end";
    }
  }

  term(token) {
    return token.kind === "variable" ? `?${token.text.slice(1)}` : this.expand(token);
  }
}
