// What this browser keeps of somebody's queries: lists in localStorage, newest first, each of so many entries at most. Nothing of it is
// sent anywhere. Where there is no such storage, a list lasts as long as the page.

import { at } from "../site/service.js";

// The longest list, in characters: browsers keep some five million for a site.
const LONGEST = 500_000;

export class Memory {
  constructor(name, most) {
    this.key = `${at("sparql")} ${name}`;
    this.most = most;
    this.entries = read(this.key);
  }

  // Puts an entry first, in place of those that `same` says are the same.
  add(entry, same) {
    this.keep([entry, ...this.entries.filter((other) => !same(other))]);
  }

  remove(entry) {
    this.keep(this.entries.filter((other) => other !== entry));
  }

  clear() {
    this.keep([]);
  }

  keep(entries) {
    const kept = entries.slice(0, this.most);
    while (kept.length > 1 && JSON.stringify(kept).length > LONGEST) kept.pop();
    this.entries = kept;
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // It is full, or forbidden.
    }
  }
}

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry?.query === "string") : [];
  } catch {
    return [];
  }
}

// A query in a few words: its first comment, else its first line that declares no prefix.
export function brief(query) {
  const lines = query.split("\n").map((line) => line.trim()).filter(Boolean);
  const first = lines.find((line) => !/^(PREFIX|BASE)\b/i.test(line)) ?? "";
  const text = first.match(/^#+\+?\s*(.+)/)?.[1] ?? lines.filter((line) => !/^(PREFIX|BASE|#)/i.test(line)).join(" ");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text || "–";
}
