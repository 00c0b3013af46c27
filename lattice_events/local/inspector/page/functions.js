// How the functions do.

import { get } from "./api.js";
import { change } from "./address.js";
import { button, el } from "./dom.js";

const COLUMNS = [
  ["Runtime", "runtime"], ["Processes", "processes"], ["Idle", "idle"], ["Waiting", "waiting"],
  ["Invocations", "invocations"], ["Cold starts", "cold_starts"], ["Errors", "errors"], ["Throttles", "throttles"],
];

/** A table of the functions, which leads to the requests of each. */
export async function functionsView() {
  const { functions } = await get("functions");
  if (!functions.length) return el("p", { class: "empty" }, "The network has no function.");
  return el("table", { class: "functions" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Function"), COLUMNS.map(([title]) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, functions.map(rowOf)));
}

const rowOf = (each) => el("tr", {},
  el("th", { scope: "row" }, button(each.name, () => change({ view: "", target: each.name }, { pushes: true }), { class: "link", title: "Show its requests" }),
    each.obstacle ? el("p", { class: "is-bad" }, each.obstacle) : null),
  COLUMNS.map(([, name]) => el("td", { class: name === "errors" && each.errors ? "is-bad" : "" }, typeof each[name] === "number" ? each[name].toLocaleString() : each[name])));
