// The lists below the editor: queries that were run, with time and result, and queries that have been given a name. Both are of this
// browser alone.

import { button } from "./button.js";
import { brief, Memory } from "./memory.js";

const RUN = 100;
const NAMED = 200;

// `open` puts a query into the editor, `run` runs it too; `text` gives what is in the editor.
export class Remembered {
  constructor({ texts, open, run, text, say }) {
    Object.assign(this, { texts, open, run, say });
    this.moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    this.runs = new Memory("runs", RUN);
    this.names = new Memory("names", NAMED);
    this.history = document.querySelector("#history");
    this.named = document.querySelector("#named");
    for (const panel of [this.history, this.named]) panel.hidden = false;
    this.history.querySelector(".empty-out").addEventListener("click", () => {
      this.runs.clear();
      this.show();
      this.history.querySelector("summary").focus();
      say(texts.historyEmptied);
    });
    this.named.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = this.named.querySelector("input");
      const name = field.value.trim();
      if (!name) return;
      this.names.add({ name, query: text() }, (other) => other.name === name);
      field.value = "";
      this.show();
      say(texts.named.replace("{name}", name));
    });
    this.show();
  }

  // A query has been answered: `result` is what it gave, in words, such as `12 rows`.
  ran(query, result) {
    this.runs.add({ query, result, when: Date.now() }, (other) => other.query === query);
    this.show();
  }

  show() {
    this.history.querySelector("ol").replaceChildren(...this.runs.entries.map((entry) => this.line(entry, brief(entry.query), `${this.moment.format(entry.when)} · ${entry.result}`, this.runs)));
    this.named.querySelector("ol").replaceChildren(...this.names.entries.map((entry) => this.line(entry, entry.name, brief(entry.query), this.names)));
    this.history.querySelector(".empty-out").hidden = this.runs.entries.length === 0;
    for (const panel of [this.history, this.named]) panel.querySelector(".none-yet").hidden = panel.querySelector("li") !== null;
  }

  line(entry, title, about, memory) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "query-name";
    name.textContent = title;
    const more = document.createElement("span");
    more.className = "hint";
    more.textContent = about;
    item.append(
      name,
      named(this.texts.runAgain, title, () => this.run(entry.query)),
      named(this.texts.open, title, () => this.open(entry.query)),
      named(this.texts.forget, title, () => {
        const after = item.nextElementSibling ?? item.previousElementSibling;
        const place = [...item.parentElement.children].indexOf(after ?? item);
        memory.remove(entry);
        const panel = item.closest("details");
        this.show();
        (panel.querySelectorAll("li")[Math.max(0, after === item.nextElementSibling ? place - 1 : place)]?.querySelector("button:last-child") ?? panel.querySelector("summary")).focus();
      }),
      more,
    );
    return item;
  }
}

// A button of a line, which says of which one to who does not see the line.
const named = (word, title, act) => button(word, act, { ariaLabel: `${word}: ${title}` });
