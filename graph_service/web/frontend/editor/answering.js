// Running the query and showing what comes: the page of the result, as the server makes it for who has no scripts, put into this page.

import { at } from "../site/service.js";
import { makeSortable } from "../site/sorting.js";
import { offerRows } from "./allrows.js";
import { button } from "./button.js";
import { offerChoice } from "./columns.js";
import { offerCause, offerMends } from "./hints.js";
import { offerViews } from "./views.js";

// A longer address is not safe everywhere.
const LONGEST = 6000;

export class Answering {
  // `ran` is called with each query that was answered, and what it gave in words.
  constructor({ form, place, status, texts, editor, ran }) {
    Object.assign(this, { form, place, status, texts, editor, ran });
    const language = document.documentElement.lang;
    this.number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.seconds = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.clock = document.createElement("span");
    // It changes too often to be read aloud.
    this.clock.ariaHidden = "true";
    this.clock.className = "clock";
    this.cancel = button(texts.cancel, () => this.stop(), { hidden: true });
    form.querySelector("[type=submit]").after(this.cancel, this.clock);
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
    this.cancel.hidden = false;
    const began = performance.now();
    const ticking = setInterval(() => {
      this.clock.textContent = this.texts.elapsed.replace("{s}", this.seconds.format((performance.now() - began) / 1000));
    }, 100);
    try {
      const fields = this.question(query);
      fields.set("format", "html");
      // A page for people, and a problem for programs: that has line and column.
      const answer = await fetch(at("sparql"), { method: "POST", body: fields, headers: { Accept: "application/problem+json" }, signal: asked.signal });
      if (answer.ok) this.show(new DOMParser().parseFromString(await answer.text(), "text/html"), query);
      else this.fail(await answer.json());
      if (answer.ok) this.ran(query, this.status.textContent);
      this.tell(answer, performance.now() - began);
    } catch (error) {
      if (error.name !== "AbortError") this.fail({ title: this.texts.noAnswer, detail: error.message });
      else if (this.asked === asked) this.say(this.texts.cancelled.replace("{s}", this.seconds.format((performance.now() - began) / 1000)));
    } finally {
      clearInterval(ticking);
      if (this.asked === asked) {
        if (this.cancel.matches(":focus")) this.form.querySelector("[type=submit]").focus();
        this.clock.textContent = "";
        this.cancel.hidden = true;
        this.place.removeAttribute("aria-busy");
      }
    }
  }

  // Where nobody waits for a query any more, the server ends it.
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
    offerChoice(section, { texts: this.texts, say: (text) => this.say(text) });
    offerRows(section, { texts: this.texts, raw: (accept) => this.raw(query, accept), say: (text) => this.say(text) });
    offerMends(section, { texts: this.texts, mend: (hint) => this.editor.mend(hint) });
    offerCause(section, { texts: this.texts, ask: () => this.cause(query), goTo: (place) => this.editor.goTo(place) });
  }

  // Why a query finds nothing: the problem or the cause, as the server tells it.
  async cause(query) {
    const fields = this.question(query);
    fields.set("lang", document.documentElement.lang);
    const answer = await fetch(`${at("sparql/why-empty")}?${fields}`, { headers: { Accept: "application/json, application/problem+json" } });
    return answer.json();
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
      const there = this.texts.goTo.replace("{line}", problem.line).replace("{column}", problem.column ?? 1);
      box.append(button(there, () => this.editor.goTo(problem)));
      if (problem.mend !== undefined) {
        const word = problem.mend ? this.texts.write.replace("{mend}", problem.mend) : this.texts.leaveOut;
        box.append(button(word, () => this.editor.mend(problem)));
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
