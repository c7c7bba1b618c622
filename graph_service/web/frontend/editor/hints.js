// What in a query finds nothing in this graph, as the server knows it: marked when the writer pauses, and mended by a button beside an
// empty result.

import { syntaxTree } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { at } from "../site/service.js";
import { button } from "./button.js";

// A longer address is not safe everywhere.
const LONGEST = 6000;

// `place` tells where a line and a column are in the text.
export function hints({ texts, language, place }) {
  return linter(
    async (view) => {
      const query = view.state.doc.toString();
      const fields = new URLSearchParams({ query, lang: language });
      if (`${fields}`.length > LONGEST || !query.trim() || !isWhole(view.state)) return [];
      try {
        const answer = await fetch(`${at("sparql/hints")}?${fields}`);
        const { hints = [] } = answer.ok ? await answer.json() : {};
        return hints.map((hint) => diagnostic(hint, place(view.state.doc, hint), texts));
      } catch {
        return [];
      }
    },
    { delay: 1000 },
  );
}

// Of a query that is not finished it is not known what it lacks.
function isWhole(state) {
  let whole = true;
  syntaxTree(state).iterate({
    enter: ({ type }) => {
      whole = whole && !type.isError;
    },
  });
  return whole;
}

function diagnostic({ sentence, proposals }, { from, to }, texts) {
  const near = proposals.length ? ` ${texts.near} ${proposals.join(", ")}` : "";
  const actions = proposals.map((name) => ({
    name,
    apply: (view, start, end) => view.dispatch({ changes: { from: start, to: end, insert: name } }),
  }));
  return { from, to, severity: "info", message: sentence + near, actions };
}

// The hints that came with a result: what may be meant can be written by a button.
export function offerMends(section, { texts, mend }) {
  for (const hint of section.querySelectorAll(".hints li")) {
    const place = { line: Number(hint.dataset.line), column: Number(hint.dataset.column), length: Number(hint.dataset.length) };
    for (const proposal of hint.querySelectorAll(".near code")) {
      const write = button(texts.write.replace("{mend}", proposal.textContent), () => mend({ ...place, mend: proposal.textContent }));
      proposal.nextSibling?.nodeType === Node.TEXT_NODE && (proposal.nextSibling.textContent = " ");
      proposal.replaceWith(write);
    }
  }
}

// A button beside an empty result that asks the server which part of the query is the cause.
export function offerCause(section, { texts, ask, goTo }) {
  const place = section.querySelector(".empty, .truth[data-truth='false']");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "cause";
  const told = document.createElement("p");
  told.role = "status";
  const why = button(texts.whyEmpty, async () => {
    told.textContent = texts.running;
    const found = await ask().catch(() => ({ title: texts.noAnswer }));
    told.textContent = found.sentence ?? [found.title, found.detail].filter(Boolean).join(" ");
    if (!found.sentence || !found.line) return;
    told.append(" ", button(texts.goTo.replace("{line}", found.line).replace("{column}", found.column), () => goTo(found)));
  });
  box.append(why, told);
  place.after(box);
}
