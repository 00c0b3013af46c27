// Where the nodes of a graph stand: a column for each kind, and in it near what they are connected with. Pure.

const COLUMN = ["caller", "service network", "service", "listener", "rule", "target group", "function"];
const IN_COLUMN_OF = { "HTTP target": "function" };
const SWEEPS = 6;
export const NODE = { width: 148, height: 36 };
const GAP = 58;
const STEP = { x: NODE.width + GAP, y: NODE.height + 14 };

/** The graph with its auth policies as part of what they guard, and listeners below their services, for drawing. */
export function drawable({ nodes, edges }) {
  const guarded = new Map(edges.filter((edge) => edge.kind === "policy").map((edge) => [edge.source, edge.target]));
  const detailsOf = (node) => [...node.details, ...nodes.filter((each) => guarded.get(each.id) === node.id).flatMap((each) => each.details)];
  const at = (id) => guarded.get(id) ?? id;
  const listeners = nodes.filter((node) => node.kind === "listener" && node.service);
  return {
    nodes: nodes.filter((node) => !guarded.has(node.id)).map((node) => ({ ...node, details: detailsOf(node) })),
    edges: [
      ...edges.filter((edge) => !guarded.has(edge.source)).map((edge) => ({ ...edge, source: at(edge.source), target: at(edge.target) })),
      ...listeners.map((node) => ({ id: `${node.service} -> ${node.id}`, source: node.service, target: node.id, kind: "service", label: "" })),
    ],
  };
}

/** Each node with `x` and `y`, by its id, and the size of it all. */
export function placed({ nodes, edges }) {
  const columns = columnsOf(nodes);
  const neighbours = neighboursOf(nodes, edges);
  const row = new Map(columns.flatMap((column) => column.map((node, index) => [node.id, index])));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of sweep % 2 ? columns.toReversed() : columns) {
      const wanted = new Map(column.map((node) => [node.id, mean(neighbours.get(node.id).map((id) => row.get(id)), row.get(node.id))]));
      column.sort((a, b) => wanted.get(a.id) - wanted.get(b.id));
      spread(column, wanted, row);
    }
  }
  const least = Math.min(0, ...row.values());
  const at = columns.flatMap((column, index) => column.map((node) => [node.id, { node, x: index * STEP.x, y: (row.get(node.id) - least) * STEP.y }]));
  return {
    at: new Map(at),
    width: columns.length * STEP.x - GAP,
    height: (Math.max(0, ...row.values()) - least) * STEP.y + NODE.height,
  };
}

function columnsOf(nodes) {
  const columns = COLUMN.map(() => []);
  for (const node of nodes) columns[COLUMN.indexOf(IN_COLUMN_OF[node.kind] ?? node.kind)].push(node);
  return columns.filter((column) => column.length);
}

function neighboursOf(nodes, edges) {
  const neighbours = new Map(nodes.map((node) => [node.id, []]));
  for (const { source, target } of edges) {
    neighbours.get(source).push(target);
    neighbours.get(target).push(source);
  }
  return neighbours;
}

const mean = (values, otherwise) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : otherwise);

/** Rows as near as they can be to those that are wanted, none less than one below the other, all of them around their middle. */
function spread(column, wanted, row) {
  let last = -Infinity;
  let excess = 0;
  for (const node of column) {
    const here = Math.max(wanted.get(node.id), last + 1);
    excess += here - wanted.get(node.id);
    row.set(node.id, here);
    last = here;
  }
  for (const node of column) row.set(node.id, row.get(node.id) - excess / column.length);
}
