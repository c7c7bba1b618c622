// A timeline: the rows by the years of a column of dates, the earliest first.

export function timeline({ columns, rows }) {
  const when = columns.find((column) => column.dates);
  const others = columns.filter((column) => column !== when);
  const dated = rows.filter((row) => row[when.index].text !== "").sort((a, b) => (a[when.index].value < b[when.index].value ? -1 : 1));
  const list = document.createElement("ol");
  list.className = "years";
  for (const [year, group] of Map.groupBy(dated, (row) => row[when.index].value.match(/^-?\d+/)[0])) {
    const item = document.createElement("li");
    const head = document.createElement("strong");
    head.textContent = year;
    const entries = document.createElement("ul");
    for (const row of group) entries.append(entry(row, when, others));
    item.append(head, entries);
    list.append(item);
  }
  return list;
}

function entry(row, when, others) {
  const item = document.createElement("li");
  const { text } = row[when.index];
  if (text.length > 4) {
    const time = document.createElement("time");
    time.dateTime = row[when.index].value;
    time.textContent = text;
    item.append(time, " ");
  }
  const told = others.map((column) => row[column.index]).filter((cell) => cell.text !== "");
  for (const [at, cell] of told.entries()) {
    const words = document.createElement(cell.href ? "a" : "span");
    if (cell.href) words.href = cell.href;
    words.textContent = cell.text;
    item.append(at ? " · " : "", words);
  }
  return item;
}
