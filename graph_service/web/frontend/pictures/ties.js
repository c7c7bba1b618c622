// In a picture with lines between things (`data-ends="one other"`), the thing that is pointed at or focused (`data-thing`) stands out
// together with what it is tied to, and so does a line with its two ends.

export function followTies(root) {
  for (const svg of root.querySelectorAll(".picture svg")) {
    const lines = [...svg.querySelectorAll("[data-ends]")];
    if (lines.length > 0) follow(svg, lines, [...svg.querySelectorAll("[data-thing]")]);
  }
}

function follow(svg, lines, things) {
  const ends = new Map(lines.map((line) => [line, line.dataset.ends.split(" ")]));

  function show(target) {
    const chosen = target?.closest("[data-thing], [data-ends]");
    const thing = chosen?.dataset.thing;
    const near = lines.filter((line) => line === chosen || ends.get(line).includes(thing));
    const kept = new Set([thing, ...near.flatMap((line) => ends.get(line))]);
    for (const line of lines) line.classList.toggle("faint", Boolean(chosen) && !near.includes(line));
    for (const one of things) one.classList.toggle("faint", Boolean(chosen) && !kept.has(one.dataset.thing));
  }

  svg.addEventListener("pointerover", ({ target }) => show(target));
  svg.addEventListener("pointerleave", () => show(null));
  svg.addEventListener("focusin", ({ target }) => show(target));
  svg.addEventListener("focusout", () => show(null));
}
