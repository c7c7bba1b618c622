// node ask.mjs: reads {"sources": [address], "queries": {name: text}} from standard input and writes {name: result}, as Comunica answers
// them over those sources: a table as rows of name -> value, a graph as the number of its triples, a truth as itself.

import { QueryEngine } from "@comunica/query-sparql";
import { readFileSync } from "node:fs";

const { sources, queries } = JSON.parse(readFileSync(0, "utf8"));
const engine = new QueryEngine();
const results = {};
for (const [name, text] of Object.entries(queries)) {
  const result = await engine.query(text, { sources });
  if (result.resultType === "bindings") {
    const rows = await (await result.execute()).toArray();
    results[name] = rows.map((row) => Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value])));
  } else if (result.resultType === "quads") {
    results[name] = (await (await result.execute()).toArray()).length;
  } else {
    results[name] = await result.execute();
  }
}
process.stdout.write(JSON.stringify(results));
