// The page /sparql: an editor in place of the text area, the answer below it without leaving the page, and ways to take a query along.
// `/sparql#query=<percent-encoded text>` opens a query in the editor without running it; `/sparql?query=…` runs it.

import { Answering } from "../editor/answering.js";
import { asCanned, queryOfAddress, withoutHeader } from "../editor/sharing.js";
import { Remembered } from "../editor/remembered.js";
import { Tabs } from "../editor/tabs.js";
import { SparqlEditor } from "../editor/view.js";
import { copy } from "../site/copying.js";
import { at } from "../site/service.js";

const texts = JSON.parse(document.querySelector("#editor-texts").textContent);
const form = document.querySelector("form.editor");
const place = document.querySelector("#answer");
const status = document.querySelector("#status");

const run = async () => {
  await editor.declarePrefixes();
  await answering.run(editor.text);
};
const editor = new SparqlEditor(document.querySelector("#query"), { texts, language: document.documentElement.lang, run, say: (text) => answering.say(text) });
const given = queryOfAddress() ?? (new URLSearchParams(location.search).has("query") ? editor.text : null);
const tabs = new Tabs({ editor, texts, given });
const answering = new Answering({ form, place, status, texts, editor, ran: (query, result) => remembered.ran(query, result) });
const remembered = new Remembered({
  texts,
  text: () => editor.text,
  say: (text) => answering.say(text),
  open: (query) => tabs.open(query),
  run: (query) => {
    tabs.open(query);
    run();
  },
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});

window.addEventListener("hashchange", () => {
  const asked = queryOfAddress();
  if (asked !== null) tabs.open(asked);
});

// The result that came with the page.
const came = place.querySelector("section");
if (came) answering.offer(came, editor.text);

for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;

document.querySelector("#share").addEventListener("click", async () => {
  await copy(new URL(answering.address(editor.text), location.href).href);
  answering.say(texts.linkCopied);
});

document.querySelector("#tidy").addEventListener("click", async () => {
  await editor.tidy();
  editor.focus();
});

const examples = document.querySelector("#example");
document.querySelector("#open-example")?.addEventListener("click", async () => {
  const answer = await fetch(at(`queries/${examples.value}.rq`));
  tabs.open(withoutHeader(await answer.text(), examples.selectedOptions[0].textContent.trim()));
  answering.say(texts.exampleOpened);
});

const canned = document.querySelector("#canned");
canned.addEventListener("toggle", () => {
  if (!canned.open) return;
  const columns = [...place.querySelectorAll("table[data-sortable] th")].map((head) => head.dataset.column).filter(Boolean);
  const text = asCanned(editor.text, columns);
  document.querySelector("#canned-text").textContent = text;
  document.querySelector("#canned-file").href = URL.createObjectURL(new Blob([text], { type: "application/sparql-query" }));
});
