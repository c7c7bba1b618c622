// Bars: one for each thing of a column, as long as a number of its row, or as there are rows of it.

const MOST = 60;

export function bars({ columns, rows }, texts) {
  const figure = document.createElement("figure");
  figure.className = "bars";
  const numbers = columns.filter((column) => column.numbers);
  const labels = columns.filter((column) => !column.numbers);
  const of = choice(texts.barsOf, (labels.length ? labels : columns).map(({ name, index }) => [index, name]));
  const by = choice(texts.barsBy, [...numbers.map(({ name, index }) => [index, name]), [-1, texts.rowCount]]);
  const list = document.createElement("ol");
  const draw = () => {
    const sums = new Map();
    for (const row of rows) {
      const { text, href } = row[of.value];
      const bar = sums.get(text) ?? { text, href, length: 0 };
      bar.length += by.value === -1 ? 1 : row[by.value].number || 0;
      sums.set(text, bar);
    }
    const sorted = [...sums.values()].sort((a, b) => b.length - a.length).slice(0, MOST);
    const longest = Math.max(...sorted.map(({ length }) => Math.abs(length)), Number.MIN_VALUE);
    list.replaceChildren(...sorted.map((bar) => line(bar, longest)));
  };
  of.onChange(draw);
  by.onChange(draw);
  draw();
  const controls = document.createElement("div");
  controls.className = "fields";
  controls.append(of.field, by.field);
  figure.append(controls, list);
  return figure;
}

const format = new Intl.NumberFormat(document.documentElement.lang);

function line({ text, href, length }, longest) {
  const item = document.createElement("li");
  const name = document.createElement(href ? "a" : "span");
  if (href) name.href = href;
  name.textContent = text || "–";
  const bar = document.createElement("span");
  bar.className = "bar";
  bar.style.inlineSize = `${(100 * Math.abs(length)) / longest}%`;
  const track = document.createElement("span");
  track.className = "track";
  track.append(bar);
  const number = document.createElement("span");
  number.className = "figure";
  number.textContent = format.format(length);
  item.append(name, track, number);
  return item;
}

function choice(words, entries) {
  const field = document.createElement("div");
  const label = document.createElement("label");
  const select = document.createElement("select");
  label.textContent = words;
  select.append(...entries.map(([value, text]) => new Option(text, value)));
  label.append(select);
  field.append(label);
  return {
    field,
    get value() {
      return Number(select.value);
    },
    onChange: (act) => select.addEventListener("change", act),
  };
}
