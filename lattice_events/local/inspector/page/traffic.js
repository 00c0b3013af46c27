// Which of the known requests went over which edge of the network. Pure.

/** By the id of an edge, how many requests and how many failed, and whether one was just now. */
export function trafficOf({ nodes, edges }, lines, nowUs) {
  const name = new Map(nodes.map((node) => [node.id, node.name]));
  const kind = new Map(nodes.map((node) => [node.id, node.kind]));
  const counts = new Map();
  const keys = new Map(edges.map((edge) => [edge.id, keyOf(edge, name, kind)]));
  const sums = sumsOf(lines, nowUs);
  for (const [id, key] of keys) if (key && sums.has(key)) counts.set(id, sums.get(key));
  return counts;
}

const JUST_NOW_US = 2_000_000;

/** What all requests over an edge have in common, as far as a line tells: caller and service, service, or target. */
function keyOf({ source, target, kind: what }, name, kind) {
  if (what === "call" && kind.get(target) === "service") return `call ${name.get(source)} ${name.get(target)}`;
  if (what === "association") return `service ${name.get(target)}`;
  if (what === "service") return `service ${name.get(source)}`;
  return what === "target" ? `target ${name.get(target)}` : "";
}

function sumsOf(lines, nowUs) {
  const sums = new Map();
  for (const line of lines) {
    for (const key of [`call ${line.caller} ${line.service}`, `service ${line.service}`, `target ${line.target}`]) {
      const sum = sums.get(key) ?? { requests: 0, failed: 0, isLive: false };
      sum.requests++;
      sum.failed += line.status >= 400 ? 1 : 0;
      sum.isLive ||= nowUs - line.started_us < JUST_NOW_US;
      sums.set(key, sum);
    }
  }
  return sums;
}
