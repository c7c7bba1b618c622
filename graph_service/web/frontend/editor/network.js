// A network: the things of the result, and a line between two that stand beside each other in a row; for triples an arrow from subject to
// object with the predicate's name.

import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";

const MOST = 120;
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 900;
const STEPS = 300;
const STRETCH = 1.4;

export function network({ columns, rows, isGraph }, texts) {
  const { nodes, links, more } = gather(columns, rows, isGraph);
  const height = Math.min(900, 260 + nodes.length * 12);
  const moving = forceSimulation(nodes)
    .force("link", forceLink(links).distance(isGraph ? 110 : 80))
    .force("charge", forceManyBody().strength(-220))
    .force("collide", forceCollide(42))
    .force("x", forceX(WIDTH / 2).strength(0.05))
    .force("y", forceY(height / 2).strength(0.09))
    .force("center", forceCenter(WIDTH / 2, height / 2))
    .stop();
  moving.tick(STEPS);
  // Names are wide: what is side by side is moved apart.
  for (const node of nodes) node.x *= STRETCH;
  const figure = document.createElement("figure");
  figure.className = "network";
  const caption = document.createElement("figcaption");
  caption.textContent = texts.network.replace("{things}", nodes.length).replace("{links}", links.length) + (more ? ` ${texts.networkMore.replace("{most}", MOST)}` : "");
  const drawing = element("svg", { viewBox: box(nodes, 60), role: "group", "aria-label": caption.textContent });
  for (const { source, target, name } of links) {
    drawing.append(element("line", { x1: source.x, y1: source.y, x2: target.x, y2: target.y }));
    if (name) drawing.append(element("text", { class: "predicate", x: (source.x + target.x) / 2, y: (source.y + target.y) / 2 }, name));
  }
  for (const node of nodes) drawing.append(knot(node));
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.role = "region";
  scroll.ariaLabel = texts.views.network;
  scroll.append(drawing);
  figure.append(scroll, caption);
  return figure;
}

function gather(columns, rows, isGraph) {
  const nodes = new Map();
  const links = new Map();
  let more = false;
  const add = (cell) => {
    const key = cell.iri ?? `"${cell.text}`;
    if (!nodes.has(key) && nodes.size >= MOST) more = true;
    else if (!nodes.has(key)) nodes.set(key, { key, name: cell.text, href: cell.href });
    return nodes.get(key);
  };
  const join = (a, b, name) => {
    const [source, target] = [add(a), add(b)];
    if (source && target && source !== target) links.set(`${source.key} ${target.key} ${name}`, { source, target, name });
  };
  const things = columns.filter((column) => column.things).map((column) => column.index);
  for (const row of rows) {
    if (isGraph) join(row[0], row[2], row[1].text);
    else {
      const cells = things.map((index) => row[index]).filter((cell) => cell.text !== "");
      for (const cell of cells.slice(1)) join(cells[0], cell, "");
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()], more };
}

function knot({ name, href, x, y }) {
  const group = element(href ? "a" : "g", href ? { href, class: "knot" } : { class: "knot" });
  group.append(element("title", {}, name), element("circle", { cx: x, cy: y, r: 7 }), element("text", { x, y: y + 20 }, short(name)));
  return group;
}

const short = (name) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

function box(nodes, margin) {
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - 2 * margin, Math.min(...ys) - margin];
  return `${left} ${top} ${Math.max(...xs) + 2 * margin - left} ${Math.max(...ys) + margin - top}`;
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
