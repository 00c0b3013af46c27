// The service network as a drawing, with the known requests on its edges.

import { get } from "./api.js";
import { el } from "./dom.js";
import { drawable, NODE, placed } from "./layout.js";
import { trafficOf } from "./traffic.js";

const MARGIN = 16;
const LETTERS = 21; // that fit into a node

/** The drawing of the network with the requests that are known: `all` of some `Lines`. */
export async function networkView({ all, revision }) {
  if (known === null || known.revision !== revision) known = await read(revision);
  const { graph, sources, at, width, height } = known;
  if (!graph.nodes.length) return el("p", { class: "empty" }, "The network is empty.");
  const traffic = trafficOf(graph, all, Date.now() * 1000);
  return el("div", { class: "network" },
    svg("svg", { role: "img", "aria-label": wordsOf(graph), width: width + 2 * MARGIN, height: height + 2 * MARGIN, viewBox: `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}` },
      graph.edges.map((edge) => edgeView(at.get(edge.source), at.get(edge.target), edge, traffic.get(edge.id))),
      [...at.values()].map((place) => nodeView(place, sources[place.node.id]))),
    el("p", { class: "quiet" }, "Edges show the requests in the list, as far as caller, service and target tell; dashed ones none of them took."));
}

let known = null; // it is asked for anew when something has changed, since a large one takes its time

async function read(revision) {
  const { sources, ...whole } = await get("network");
  const graph = drawable(whole);
  return { revision, graph, sources, ...placed(graph) };
}

function edgeView(from, to, { label }, traffic) {
  const backwards = to.x <= from.x;
  const [x1, y1] = [from.x + (backwards ? NODE.width / 2 : NODE.width), from.y + NODE.height / 2];
  const [x2, y2] = [to.x + (backwards ? NODE.width / 2 : 0), to.y + NODE.height / 2];
  const bend = Math.max(24, Math.abs(x2 - x1) / 2);
  const path = svg("path", { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
  if (traffic) path.style.strokeWidth = String(1 + Math.log2(1 + traffic.requests) / 2);
  const words = [label, traffic && counted(traffic)].filter(Boolean).join(" · ");
  const classes = ["edge", traffic ? "is-used" : "", traffic?.failed ? "is-failing" : "", traffic?.isLive ? "is-live" : ""].filter(Boolean).join(" ");
  return svg("g", { class: classes }, svg("title", {}, words), path, words ? svg("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5, "text-anchor": "middle" }, traffic ? String(traffic.requests) : shortened(label, 8)) : null);
}

function nodeView({ node, x, y }, source) {
  const details = node.details.join(", ");
  const title = [`${node.kind} ${node.name}`, ...node.details, source].filter(Boolean).join("\n");
  return svg("g", { class: `node kind-${node.kind.replaceAll(" ", "-")}`, transform: `translate(${x} ${y})` },
    svg("title", {}, title),
    svg("rect", { width: NODE.width, height: NODE.height, rx: 6 }),
    svg("text", { x: 9, y: 15 }, shortened(node.name, LETTERS)),
    svg("text", { x: 9, y: 29, class: "small" }, shortened(details ? `${node.kind} · ${details}` : node.kind, LETTERS + 4)));
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
