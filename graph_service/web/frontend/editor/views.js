// Other ways to look at a table of results: a map, which comes with it; bars, a timeline, a network, made from the table itself; the answer
// as it was sent. The table stays the one that says everything; a view is offered where the columns have what it needs.

import { bars } from "./bars.js";
import { button } from "./button.js";
import { network } from "./network.js";
import { read } from "./rows.js";
import { timeline } from "./timeline.js";

const TABLE = "application/sparql-results+json";
const GRAPH = "text/turtle, application/sparql-results+json;q=0.5";

export function offerViews(section, { texts, raw }) {
  const box = section.querySelector(".scroll, .truth, .empty");
  if (!box) return;
  const table = section.querySelector("table");
  const rows = table ? read(table) : { columns: [], rows: [] };
  const folded = section.querySelector('[data-view="map"]');
  const map = folded?.querySelector("figure");
  folded?.remove();
  const makers = {
    table: null,
    map: map !== undefined && (() => map),
    bars: rows.rows.length > 0 && (() => bars(rows, texts)),
    timeline: rows.columns.some((column) => column.dates) && (() => timeline(rows, texts)),
    network: rows.columns.filter((column) => column.things).length > 1 && (() => network(rows, texts)),
    raw: async () => text(await raw(rows.isGraph ? GRAPH : TABLE)),
  };
  const group = document.createElement("div");
  group.className = "views";
  group.role = "group";
  group.ariaLabel = texts.showAs;
  let other = null;
  for (const [name, make] of Object.entries(makers)) {
    if (make === false) continue;
    const show = async () => {
      for (const sibling of group.children) sibling.ariaPressed = String(sibling === made);
      other?.remove();
      other = null;
      box.hidden = make !== null;
      if (make === null) return;
      const view = await make();
      if (made.ariaPressed !== "true") return;
      other?.remove();
      other = view;
      box.after(other);
    };
    const made = button(texts.views[name], show, { ariaPressed: String(name === "table") });
    group.append(made);
  }
  box.before(group);
}

function text(content) {
  const block = document.createElement("pre");
  block.className = "raw";
  block.tabIndex = 0;
  block.textContent = pretty(content);
  return block;
}

function pretty(content) {
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}
