// Running the query and showing what comes: the page of the result, as the server makes it for who has no scripts, put into this page.

import { at } from "../site/service.js";
import { makeSortable } from "../site/sorting.js";
import { offerMends } from "./hints.js";
import { offerViews } from "./views.js";

// A longer address is not safe everywhere.
const LONGEST = 6000;

export class Answering {
  constructor({ form, place, status, texts, editor }) {
    Object.assign(this, { form, place, status, texts, editor });
    this.number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  }

  // What is sent, and the address that asks the same.
  question(query) {
    const fields = new URLSearchParams({ query });
    for (const [name, value] of new FormData(this.form)) if (name !== "query") fields.set(name, value);
    return fields;
  }

  address(query) {
    const fields = this.question(query);
    const address = `${at("sparql")}?${fields}`;
    return address.length <= LONGEST ? address : `${at("sparql")}#query=${encodeURIComponent(query)}`;
  }

  async run(query) {
    this.stop();
    const asked = new AbortController();
    this.asked = asked;
    this.editor.unmark();
    this.say(this.texts.running);
    this.place.setAttribute("aria-busy", "true");
    const began = performance.now();
    try {
      const fields = this.question(query);
      fields.set("format", "html");
      // A page for people, and a problem for programs: that has line and column.
      const answer = await fetch(at("sparql"), { method: "POST", body: fields, headers: { Accept: "application/problem+json" }, signal: asked.signal });
      if (answer.ok) this.show(new DOMParser().parseFromString(await answer.text(), "text/html"), query);
      else this.fail(await answer.json());
      this.tell(answer, performance.now() - began);
    } catch (error) {
      if (error.name !== "AbortError") this.fail({ title: this.texts.noAnswer, detail: error.message });
    } finally {
      if (this.asked === asked) this.place.removeAttribute("aria-busy");
    }
  }

  stop() {
    this.asked?.abort();
  }

  show(page, query) {
    const section = page.querySelector("#result").closest("section");
    this.place.replaceChildren(document.adoptNode(section));
    for (const table of section.querySelectorAll("table[data-sortable]")) makeSortable(table);
    this.offer(section, query);
    this.say(section.querySelector("caption, .truth, .empty")?.firstChild.textContent.trim() ?? "");
    history.replaceState(null, "", this.address(query));
  }

  // What can be done with a result, be it new or come with the page.
  offer(section, query) {
    offerViews(section, { texts: this.texts, raw: (accept) => this.raw(query, accept) });
    offerMends(section, { texts: this.texts, mend: (hint) => this.editor.mend(hint) });
  }

  async raw(query, accept) {
    const answer = await fetch(at("sparql"), { method: "POST", body: this.question(query), headers: { Accept: accept } });
    return answer.text();
  }

  fail(problem) {
    const box = document.createElement("div");
    box.className = "notice";
    box.role = "alert";
    const detail = document.createElement("p");
    const title = document.createElement("strong");
    title.textContent = problem.title;
    detail.append(title, ` ${problem.detail}`);
    box.append(detail);
    if (problem.line) {
      this.editor.mark(problem);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = this.texts.goTo.replace("{line}", problem.line).replace("{column}", problem.column ?? 1);
      button.addEventListener("click", () => this.editor.goTo(problem));
      box.append(button);
      if (problem.mend !== undefined) {
        const mend = document.createElement("button");
        mend.type = "button";
        mend.className = "quiet";
        mend.textContent = problem.mend ? this.texts.write.replace("{mend}", problem.mend) : this.texts.leaveOut;
        mend.addEventListener("click", () => this.editor.mend(problem));
        box.append(mend);
      }
    }
    this.place.replaceChildren(box);
    this.say("");
  }

  tell(answer, milliseconds) {
    const engine = answer.headers.get("Server-Timing")?.match(/query;dur=([\d.]+)/)?.[1];
    const id = answer.headers.get("X-Query-Id");
    const parts = [this.status.textContent, this.texts.took.replace("{ms}", this.number.format(milliseconds))];
    if (engine) parts.push(this.texts.engineTook.replace("{ms}", this.number.format(engine)));
    else if (answer.ok) parts.push(this.texts.fromCache);
    if (id) parts.push(this.texts.queryId.replace("{id}", id));
    this.say(parts.filter(Boolean).join(" · "));
  }

  say(text) {
    this.status.textContent = text;
  }
}
