// `<input type="search" data-suggest="{count} suggestions">`: names of things of the graph while one types, from /search?suggest. The
// input becomes a combobox with a list box (ARIA Authoring Practices: list autocomplete with manual selection). What is chosen is opened;
// with `data-for="#id"` it is instead chosen in the <select> of that selector, whose values are short names. `data-kind` keeps one class.
// The text of `data-suggest` tells people who do not see the list how long it is.

import { at } from "./service.js";

const PAUSE = 120;

let lists = 0;

export function offerSuggestions(root) {
  for (const input of root.querySelectorAll("input[data-suggest]")) new Suggestions(input);
}

class Suggestions {
  constructor(input) {
    this.input = input;
    this.select = input.dataset.for ? document.querySelector(input.dataset.for) : null;
    this.found = [];
    this.active = -1;
    this.list = element("ul", { className: "suggestions", id: `suggestions-${++lists}`, role: "listbox", hidden: true });
    this.list.ariaLabel = input.ariaLabel ?? input.labels[0]?.textContent.trim() ?? "";
    this.status = element("span", { className: "unseen", role: "status" });
    const place = element("span", { className: "suggesting" });
    input.replaceWith(place);
    place.append(input, this.list, this.status);
    Object.assign(input, { role: "combobox", autocomplete: "off", ariaAutoComplete: "list", ariaExpanded: "false", hidden: false });
    input.setAttribute("aria-controls", this.list.id);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // A press on the list must not take the focus from the input before the click has come.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
    if (document.activeElement === input) input.focus();
  }

  later() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.request = new AbortController();
    const query = new URLSearchParams({ q: text, suggest: "", lang: document.documentElement.lang, format: "json" });
    if (this.input.dataset.kind) query.set("kind", this.input.dataset.kind);
    try {
      const answer = await fetch(`${at("search")}?${query}`, { signal: this.request.signal });
      this.show(answer.ok ? (await answer.json()).results : []);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(found) {
    if (document.activeElement !== this.input) return;
    this.found = found;
    this.list.replaceChildren(...found.map((result, place) => this.option(result, place)));
    this.open(found.length > 0);
    this.mark(-1);
    this.status.textContent = this.input.dataset.suggest.replace("{count}", found.length);
  }

  option({ name, name_language, kind, match }, place) {
    const option = element("li", { id: `${this.list.id}-${place}`, role: "option", ariaSelected: "false" });
    option.append(element("span", { textContent: name, lang: name_language ?? "" }));
    const words = match.snippet.map((piece) => piece.text).join("");
    if (words !== name) option.append(" ", element("span", { className: "other", textContent: words, lang: match.language ?? "" }));
    if (kind) option.append(" ", element("span", { className: "kind", textContent: kind.name }));
    return option;
  }

  key(event) {
    const last = this.found.length - 1;
    const moves = { ArrowDown: this.active < last ? this.active + 1 : -1, ArrowUp: this.active < 0 ? last : this.active - 1 };
    if (event.key in moves && !this.list.hidden && !event.altKey) {
      this.mark(moves[event.key]);
    } else if (event.key === "ArrowDown" && this.list.hidden) {
      this.ask();
    } else if (event.key === "Enter" && this.active >= 0) {
      this.choose(this.active);
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  mark(place) {
    this.active = place;
    for (const [at, option] of [...this.list.children].entries()) option.ariaSelected = String(at === place);
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", this.list.children[place].id);
    this.list.children[place]?.scrollIntoView({ block: "nearest" });
  }

  choose(place) {
    const { id, name, url } = this.found[place];
    this.close();
    if (!this.select) {
      if (!url) return;
      const address = new URL(url);
      const language = new URLSearchParams(location.search).get("lang");
      if (language && address.origin === location.origin) address.searchParams.set("lang", language);
      location.assign(address);
      return;
    }
    const option = [...this.select.options].find((entry) => entry.value === id);
    if (!option) return;
    option.selected = true;
    option.scrollIntoView?.({ block: "nearest" });
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.value = "";
    this.status.textContent = name;
  }

  open(wide) {
    this.list.hidden = !wide;
    this.input.ariaExpanded = String(wide);
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.open(false);
    this.mark(-1);
    this.status.textContent = "";
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
