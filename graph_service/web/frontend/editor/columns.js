// What of a table is seen: the rows that have a text, and the columns that are wanted. Nothing is taken out of the table.

import { folded } from "./vocabulary.js";

export function offerChoice(section, { texts, say }) {
  const table = section.querySelector("table[data-sortable]");
  const rows = table ? [...table.tBodies[0].rows] : [];
  const heads = table ? [...table.tHead.rows[0].cells] : [];
  if (rows.length < 2) return;
  const box = document.createElement("div");
  box.className = "choice fields";
  box.append(filter(rows, texts, say));
  if (heads.length > 1) box.append(columns(heads, rows, texts));
  section.querySelector(".scroll").before(box);
}

function filter(rows, texts, say) {
  const label = document.createElement("label");
  const field = document.createElement("input");
  field.type = "search";
  label.append(`${texts.rowsWith} `, field);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  let words;
  field.addEventListener("input", () => {
    words ??= rows.map((row) => folded(row.textContent));
    const wanted = folded(field.value.trim());
    for (const [at, row] of rows.entries()) row.hidden = !words[at].includes(wanted);
    say(texts.rowsShown.replace("{some}", number.format(rows.filter((row) => !row.hidden).length)).replace("{all}", number.format(rows.length)));
  });
  return label;
}

// One column stays: a table without any says nothing.
function columns(heads, rows, texts) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = texts.columns;
  group.append(legend);
  const boxes = heads.map((head, at) => {
    const label = document.createElement("label");
    label.className = "check";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      for (const line of [head.parentElement, ...rows]) line.cells[at].hidden = !box.checked;
      const shown = boxes.filter(({ checked }) => checked);
      for (const one of boxes) one.disabled = shown.length === 1 && one.checked;
    });
    label.append(box, ` ${head.dataset.column}`);
    group.append(label);
    return box;
  });
  return group;
}
