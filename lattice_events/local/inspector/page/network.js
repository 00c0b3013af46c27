// The service network as a drawing, with the known requests on its edges as they come.

import { change, FILTERS } from "./address.js";
import { get } from "./api.js";
import { button, el } from "./dom.js";
import { isFiltered, showAll } from "./filters.js";
import { drawable, NODE, placed } from "./layout.js";
import { noiseTest } from "./noise.js";
import { filtersOf, filtersOfEdge, trafficOf } from "./traffic.js";

const MARGIN = 16;
const LETTERS = 20; // that fit into a node
const JUST_NOW_US = 2_000_000;
const SMALLEST = 0.7; // of its size at which a wide drawing is scrolled rather than made smaller

let drawn = null; // it is asked for anew when something has changed, since a large one takes its time

/** The drawing of the network with the requests that are known: `all` of some `Lines`; the same one as long as the network is. */
export async function networkView({ all, revision }) {
  if (drawn?.revision !== revision) drawn = new Drawing(revision, await get("network"));
  const isNoise = noiseTest();
  drawn.show(all.filter((line) => !isNoise(line)));
  return drawn.element;
}

class Drawing {
  constructor(revision, { sources, rules, ...whole }) {
    this.revision = revision;
    this.graph = drawable(whole);
    this.filters = filtersOf(this.graph, rules);
    const { at, width, height } = placed(this.graph);
    this.edges = this.graph.edges.map((edge) => new EdgeView(edge, at.get(edge.source), at.get(edge.target), () => this.#list(filtersOfEdge(edge, this.filters))));
    const nodes = [...at.values()].map((place) => this.#nodeView(place, sources[place.node.id]));
    this.words = el("p", { class: "quiet" });
    this.element = el("div", { class: "network" }, this.graph.nodes.length
      ? [this.words, sized(width + 2 * MARGIN, height + 2 * MARGIN, wordsOf(this.graph), [...this.edges.map(({ group }) => group), ...nodes])]
      : el("p", { class: "empty" }, "The network is empty: no source of lattice dev defines a service."));
  }

  /** Show the requests of the list on the edges. */
  show(lines) {
    const traffic = trafficOf(this.graph, this.filters, lines);
    const sinceUs = Date.now() * 1000 - JUST_NOW_US;
    for (const edge of this.edges) edge.show(traffic.get(edge.edge.id), sinceUs);
    const count = lines.filter(({ kind }) => kind === "request").length;
    this.words.replaceChildren(
      `Edges count the ${counted({ requests: count })} ${isFiltered() ? "that the filters leave" : "of the list"}; dashed ones had none. A node or an edge leads to its requests. `,
      isFiltered() ? button("Show all", showAll, { class: "small" }) : "");
  }

  /** Go to the requests of a node or an edge. */
  #list(filters) {
    change({ ...Object.fromEntries(FILTERS.map((name) => [name, ""])), ...filters, view: "" }, { pushes: true });
  }

  #nodeView({ node, x, y }, source) {
    const details = node.details.join(", ");
    const title = [`${node.kind} ${node.name}`, ...node.details, source].filter(Boolean).join("\n");
    const group = leading(() => this.#list(this.filters.get(node.id)), `Requests of the ${node.kind} ${node.name}`, { class: `node kind-${node.kind.replaceAll(" ", "-")}`, transform: `translate(${x} ${y})` });
    group.append(svg("title", {}, title),
      svg("rect", { width: NODE.width, height: NODE.height, rx: 6 }),
      svg("text", { x: 9, y: 15 }, shortened(node.name, LETTERS)),
      svg("text", { x: 9, y: 29, class: "small" }, shortened(details ? `${node.kind} · ${details}` : node.kind, LETTERS + 4)));
    return group;
  }
}

/** An edge, what it carries, and each new request on its way. */
class EdgeView {
  constructor(edge, from, to, list) {
    this.edge = edge;
    this.name = `Requests from ${from.node.name} to ${to.node.name}`;
    const backwards = to.x <= from.x;
    const [x1, y1] = [from.x + (backwards ? NODE.width / 2 : NODE.width), from.y + NODE.height / 2];
    const [x2, y2] = [to.x + (backwards ? NODE.width / 2 : 0), to.y + NODE.height / 2];
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    this.way = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    this.title = svg("title");
    this.path = svg("path", { d: this.way });
    this.text = svg("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5, "text-anchor": "middle" });
    this.group = leading(list, this.name, {});
    this.group.append(this.title, svg("path", { d: this.way, class: "reach" }), this.path, this.text);
  }

  show(traffic, sinceUs) {
    const { label } = this.edge;
    const words = [label, traffic && counted(traffic)].filter(Boolean).join(" · ") || "no request";
    const isLive = traffic?.newest.started_us > sinceUs;
    this.group.setAttribute("class", ["edge", traffic ? "is-used" : "", traffic?.failed ? "is-failing" : "", isLive ? "is-live" : ""].filter(Boolean).join(" "));
    this.group.setAttribute("aria-label", `${this.name}: ${words}`);
    this.title.textContent = words;
    this.path.style.strokeWidth = traffic ? String(1 + Math.log2(1 + traffic.requests) / 2) : "";
    this.text.replaceChildren(...(traffic ? [String(traffic.requests), traffic.failed ? svg("tspan", { class: "failed" }, ` ✕${traffic.failed}`) : ""] : [shortened(label, 10)]));
    if (isLive && traffic.newest.number > (this.newest ?? 0)) this.#pulse(traffic.newest);
    this.newest = traffic?.newest.number ?? this.newest;
  }

  /** A dot that goes along the edge, for who likes what moves. */
  #pulse({ status }) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const dot = svg("circle", { r: 4, class: status >= 400 ? "dot-bad" : "dot-good" });
    dot.style.offsetPath = `path("${this.way}")`;
    this.group.append(dot);
    dot.animate([{ offsetDistance: "0%" }, { offsetDistance: "100%" }], { duration: 700, easing: "ease-in-out" }).finished.finally(() => dot.remove());
  }
}

function sized(width, height, words, children) {
  const drawing = svg("svg", { role: "group", "aria-label": words, viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}` }, children);
  drawing.style.width = `max(${SMALLEST * width}px, min(100%, ${width}px))`;
  return drawing;
}

/** A group that a click or the Enter key follows. */
function leading(work, label, attributes) {
  const group = svg("g", { ...attributes, role: "link", tabindex: "0", "aria-label": label });
  group.addEventListener("click", work);
  group.addEventListener("keydown", (event) => event.key === "Enter" && work());
  return group;
}

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat(Infinity).filter((child) => child !== null));
  return made;
}

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const counted = ({ requests, failed }) => `${requests} request${requests === 1 ? "" : "s"}${failed ? `, ${failed} failed` : ""}`;

const wordsOf = ({ nodes, edges }) => `The service network: ${nodes.length} nodes and ${edges.length} edges. lattice graph writes it as text.`;
