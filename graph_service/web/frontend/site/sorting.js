// `<table data-sortable>`: a click on a column's head sorts the rows by it, a second one the other way round. The heads become buttons,
// and `aria-sort` says what holds. A cell is compared by the value of a `<data>` in it, where there is one, else by its text; numbers as
// numbers, and words as the page's language sorts them.

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

export function offerSorting(root) {
  for (const table of root.querySelectorAll("table[data-sortable]")) makeSortable(table);
}

export function makeSortable(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  for (const [column, head] of heads.entries()) {
    const button = document.createElement("button");
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.ariaSort === "ascending" ? "descending" : "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.ariaSort = direction;
      const sorted = [...table.tBodies[0].rows].map((row) => [key(row.cells[column]), row]);
      sorted.sort(([a], [b]) => compare(a, b, direction === "ascending" ? 1 : -1));
      table.tBodies[0].append(...sorted.map(([, row]) => row));
    });
  }
}

function key(cell) {
  const text = (cell?.querySelector("data")?.value ?? cell?.textContent ?? "").trim();
  return { text, number: text === "" ? Number.NaN : Number(text) };
}

// What is empty comes last both ways.
function compare(a, b, sign) {
  if (a.text === "" || b.text === "" || a.text === "–" || b.text === "–") return empty(a) - empty(b);
  if (!Number.isNaN(a.number) && !Number.isNaN(b.number)) return sign * (a.number - b.number);
  return sign * collator.compare(a.text, b.text);
}

const empty = ({ text }) => Number(text === "" || text === "–");
