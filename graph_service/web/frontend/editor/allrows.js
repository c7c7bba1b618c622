// All rows of a large result, of which the page has the first ones: a table that holds only the rows that can be seen. And a result as
// people paste it into a spreadsheet.

import { copy } from "../site/copying.js";
import { button } from "./button.js";
import { vocabulary } from "./vocabulary.js";

const TABLE = "application/sparql-results+json";

// Rows above and below those that can be seen.
const MARGIN = 20;

// Browsers do not scroll much further than this many pixels.
const HIGHEST = 15_000_000;

export function offerRows(section, { texts, raw, say }) {
  const table = section.querySelector("table[data-sortable]");
  if (!table) return;
  const tools = document.createElement("p");
  tools.className = "row-tools";
  tools.append(button(texts.copyTable, async () => {
    const { heads, rows } = await fetched(raw, table);
    await copy(tabbed(heads, rows));
    say(texts.tableCopied.replace("{count}", new Intl.NumberFormat(document.documentElement.lang).format(rows.length)));
  }));
  if (section.hasAttribute("data-more")) {
    tools.append(" ", button(texts.allRows, async (event) => {
      say(texts.running);
      const { heads, rows } = await fetched(raw, table);
      event.target.remove();
      section.querySelector(".choice")?.remove();
      const box = section.querySelector(".scroll");
      box.replaceChildren(new RowWindow(box, heads, rows, texts).table);
      box.classList.add("all-rows");
      box.focus();
      say(box.querySelector("caption").textContent);
    }));
  }
  section.querySelector(".scroll").after(tools);
}

// Column names, and rows of cells: text as it is shown, and the value itself.
async function fetched(raw, table) {
  const known = await vocabulary(document.documentElement.lang);
  const answer = await raw(TABLE);
  try {
    const { head, results } = JSON.parse(answer);
    const rows = results.bindings.map((row) => head.vars.map((name) => cell(row[name], known)));
    return { heads: head.vars, rows };
  } catch {
    // A graph has no such form: what the page shows of it.
    const heads = [...table.tHead.rows[0].cells].map((head) => head.dataset.column);
    return { heads, rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((one) => ({ text: one.textContent.trim(), value: one.textContent.trim() }))) };
  }
}

function cell(term, known) {
  if (!term) return { text: "", value: "" };
  if (term.type !== "uri") return { text: String(term.value), value: String(term.value), language: term["xml:lang"] };
  return { text: known.write(term.value).name.replace(/^<|>$/g, ""), value: term.value };
}

const tabbed = (heads, rows) => [heads, ...rows.map((row) => row.map(({ value }) => value))].map((row) => row.map((text) => text.replaceAll(/[\t\r\n]+/g, " ")).join("\t")).join("\n");

class RowWindow {
  constructor(box, heads, rows, texts) {
    Object.assign(this, { box, rows });
    this.table = document.createElement("table");
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    const caption = this.table.createCaption();
    caption.id = "result-caption";
    caption.textContent = texts.allRowsOf.replace("{count}", new Intl.NumberFormat(document.documentElement.lang).format(rows.length));
    const head = this.table.createTHead().insertRow();
    head.setAttribute("aria-rowindex", 1);
    for (const name of heads) {
      const column = document.createElement("th");
      column.scope = "col";
      column.textContent = name;
      head.append(column);
    }
    this.body = this.table.createTBody();
    this.height = 0;
    box.addEventListener("scroll", () => this.draw());
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    const height = this.height || 32;
    const shown = Math.ceil(this.box.clientHeight / height);
    // Above what a browser scrolls, a pixel stands for more than its part of a row.
    const whole = Math.min(this.rows.length * height, HIGHEST);
    const first = Math.floor((this.box.scrollTop / whole) * this.rows.length);
    const from = Math.max(0, Math.min(first, this.rows.length - shown) - MARGIN);
    const to = Math.min(this.rows.length, first + shown + MARGIN);
    if (from === this.from && to === this.to) return;
    Object.assign(this, { from, to });
    const above = (from / this.rows.length) * whole;
    const lines = this.rows.slice(from, to).map((row, at) => this.line(row, from + at + 2));
    this.body.replaceChildren(space(above), ...lines, space(Math.max(0, whole - above - lines.length * height)));
    if (!this.height && lines.length > 0) {
      this.height = lines[0].offsetHeight;
      this.from = undefined;
      this.draw();
    }
  }

  line(row, index) {
    const line = document.createElement("tr");
    line.setAttribute("aria-rowindex", index);
    for (const { text, value, language } of row) {
      const place = line.insertCell();
      place.textContent = text;
      place.title = value;
      if (language) place.lang = language;
    }
    return line;
  }
}

function space(height) {
  const line = document.createElement("tr");
  line.ariaHidden = "true";
  line.className = "space";
  line.style.height = `${height}px`;
  return line;
}
