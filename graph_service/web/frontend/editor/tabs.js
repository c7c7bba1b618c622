// Several queries side by side, each in a tab with its own undo; what is in them comes back with the next visit from this browser.

import { button } from "./button.js";
import { brief, Memory } from "./memory.js";

const MOST = 20;

export class Tabs {
  // `editor` holds the text of the tab that is shown; `given` is the text that the address asks for, if any.
  constructor({ editor, texts, given }) {
    Object.assign(this, { editor, texts });
    this.memory = new Memory("tabs", MOST);
    this.tabs = this.memory.entries.map(({ query }) => ({ query }));
    const first = editor.text;
    let active = this.memory.entries.findIndex(({ shown }) => shown);
    if (given !== null) active = this.tabs.findIndex(({ query }) => query === given);
    if (active < 0) {
      this.tabs.unshift({ query: given ?? first });
      active = 0;
    }
    this.tabs.length = Math.min(this.tabs.length, MOST);
    this.bar = document.createElement("div");
    this.bar.className = "tabs";
    this.list = document.createElement("div");
    this.list.role = "tablist";
    this.list.ariaLabel = texts.tabs;
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.more = button("+", () => this.open(""), { ariaLabel: texts.newTab, title: texts.newTab });
    this.less = button("×", () => this.close(), { ariaLabel: texts.closeTab, title: texts.closeTab });
    this.bar.append(this.list, this.more, this.less);
    editor.host.before(this.bar);
    editor.host.id = "editor-panel";
    editor.host.role = "tabpanel";
    this.active = this.tabs[active];
    editor.show(this.active);
    editor.onChange = () => this.changed();
    this.show();
    addEventListener("pagehide", () => this.save());
  }

  // A query in a tab: the one that has it already, else this one if it is empty, else a new one.
  open(query) {
    const there = query && this.tabs.find((tab) => (tab === this.active ? this.editor.text : tab.query) === query);
    if (there) return this.choose(there);
    if (query && !this.editor.text.trim()) {
      this.editor.text = query;
      return this.editor.focus();
    }
    if (this.tabs.length >= MOST) this.tabs.splice(this.tabs.findLastIndex((tab) => tab !== this.active), 1);
    const tab = { query };
    this.tabs.push(tab);
    this.choose(tab);
  }

  choose(tab) {
    if (tab !== this.active) {
      Object.assign(this.active, { query: this.editor.text, state: this.editor.state });
      this.active = tab;
      this.editor.show(tab);
    }
    this.show();
    this.save();
    this.editor.focus();
  }

  close() {
    if (this.tabs.length === 1) return;
    const place = this.tabs.indexOf(this.active);
    this.tabs.splice(place, 1);
    this.active = this.tabs[Math.min(place, this.tabs.length - 1)];
    this.editor.show(this.active);
    this.show();
    this.save();
    (this.less.disabled ? this.more : this.less).focus();
  }

  // What is kept, and the words of the tab, follow the query when the writer pauses.
  changed() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.save(), 500);
  }

  save() {
    this.active.query = this.editor.text;
    this.memory.keep(this.tabs.map((tab) => ({ query: tab.query, shown: tab === this.active })));
    for (const [place, made] of [...this.list.children].entries()) made.textContent = this.title(this.tabs[place]);
  }

  show() {
    this.list.replaceChildren(
      ...this.tabs.map((tab) => {
        const shown = tab === this.active;
        const made = button(this.title(tab), () => this.choose(tab), { role: "tab", ariaSelected: String(shown), tabIndex: shown ? 0 : -1 });
        if (shown) made.setAttribute("aria-controls", this.editor.host.id);
        return made;
      }),
    );
    this.editor.host.ariaLabel = this.list.children[this.tabs.indexOf(this.active)].textContent;
    this.less.disabled = this.tabs.length === 1;
  }

  title(tab) {
    const query = tab === this.active ? this.editor.text : tab.query;
    return query.trim() ? brief(query) : this.texts.emptyTab;
  }

  key(event) {
    const place = [...this.list.children].indexOf(event.target);
    const last = this.tabs.length - 1;
    const next = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
    if (event.key === "Delete") this.close();
    else if (next === undefined || place < 0) return;
    else {
      this.choose(this.tabs[next]);
      this.list.children[next].focus();
    }
    event.preventDefault();
  }
}
