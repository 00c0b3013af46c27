// Which of the known requests went over which edge of the network. Pure.

const NOBODY = "anonymous";

/** What filters the list by a node, by its id; what a node shares with the one before it, such as a service, included. */
export function filtersOf({ nodes, edges }, rules) {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const before = new Map(edges.filter(({ kind }) => kind === "listener" || kind === "service").map((edge) => [edge.target, edge.source]));
  const filters = (node) => {
    switch (node.kind) {
      case "caller": return { caller: node.name };
      case "service network": return { service_network: node.name };
      case "target group": return { target_group: node.name };
      case "function": return { target: node.name };
      case "HTTP target": return { target: `http://${node.name}` };
      case "rule": return { ...beforeOf(node), rule: rules[node.id] ?? node.name };
      default: return { ...beforeOf(node), [node.kind]: node.name };
    }
  };
  const beforeOf = ({ id }) => (before.has(id) ? filters(known.get(before.get(id))) : {});
  return new Map(nodes.map((node) => [node.id, filters(node)]));
}

/** What filters the list by an edge: what filters it by both of its ends. */
export const filtersOfEdge = ({ source, target }, filters) => ({ ...filters.get(source), ...filters.get(target) });

/** By the id of an edge: how many requests, how many of them failed, and the newest line. */
export function trafficOf({ edges }, filters, lines) {
  const wanted = edges.map((edge) => [edge.id, filtersOfEdge(edge, filters)]);
  const direct = new Set(wanted.filter(([, each]) => each.caller && each.service).map(([, each]) => keyOf(["caller", "service"], each)));
  const sums = new Map();
  for (const names of new Set(wanted.map(([, each]) => Object.keys(each).join()))) sums.set(names, sumsOf(names.split(","), lines, direct));
  const found = wanted.map(([id, each]) => [id, sums.get(Object.keys(each).join()).get(keyOf(Object.keys(each), each))]);
  return new Map(found.filter(([, sum]) => sum));
}

/** Requests by what they have in those fields; one that has a way of its own from a caller to a service took that. */
function sumsOf(names, lines, direct) {
  const sums = new Map();
  const isIndirect = names.includes("caller") && !names.includes("service");
  for (const line of lines) {
    if (line.kind !== "request" || (isIndirect && direct.has(keyOf(["caller", "service"], line)))) continue;
    const key = keyOf(names, line);
    const sum = sums.get(key) ?? { requests: 0, failed: 0, newest: line };
    sum.requests++;
    sum.failed += line.status >= 400 ? 1 : 0;
    if (line.number > sum.newest.number) sum.newest = line;
    sums.set(key, sum);
  }
  return sums;
}

const keyOf = (names, values) => names.map((name) => values[name] ?? (name === "caller" ? NOBODY : "")).join("\n");
