// A table of the page as data: its columns and what they hold, its rows as cells of text, number and link.

const DATE = /^-?\d{4}(-\d\d(-\d\d(T.*)?)?)?$/;

export function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map(cell));
  const columns = heads.map((head, index) => {
    const held = rows.map((row) => row[index]).filter((one) => one.text !== "");
    return {
      name: (head.querySelector(".meaning") ?? head).textContent.trim(),
      index,
      things: held.length > 0 && held.every((one) => one.iri),
      dates: held.length > 0 && held.every((one) => DATE.test(one.value) && (one.value.length > 4 || isYear(one.value))),
      numbers: held.length > 0 && held.every((one) => !Number.isNaN(one.number)),
    };
  });
  for (const column of columns) if (column.dates) column.numbers = false;
  const names = heads.map((head) => head.dataset.column);
  return { columns, rows, isGraph: names.join() === "subject,predicate,object" };
}

const isYear = (text) => Number(text) > 1500 && Number(text) < 2200;

function cell(element) {
  const link = element.querySelector("a[href]");
  const empty = element.querySelector(".none") !== null;
  const text = empty ? "" : (link ?? element.querySelector("data, time, span") ?? element).textContent.trim();
  const value = element.querySelector("data")?.value ?? element.querySelector("time")?.dateTime ?? text;
  return { text, value, number: value === "" ? Number.NaN : Number(value), iri: link ? link.title || link.href : null, href: link?.getAttribute("href") ?? null };
}
