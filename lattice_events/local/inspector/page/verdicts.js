// Which requests would change their verdict, and why.

import { change } from "./address.js";
import { button, el } from "./dom.js";

/** The sentence that counts them. */
export function counted({ tested, now_allowed: nowAllowed, now_denied: nowDenied }) {
  if (!tested) return "No request here got as far as the policies.";
  const changed = nowAllowed + nowDenied;
  const of = `of ${requests(tested)} would change`;
  if (!changed) return `None ${of}.`;
  const parts = [nowAllowed && `${nowAllowed} now allowed`, nowDenied && `${nowDenied} now denied`].filter(Boolean);
  return `${changed.toLocaleString()} ${of}: ${parts.join(", ")}.`;
}

const requests = (number) => `${number.toLocaleString()} request${number === 1 ? "" : "s"}`;

/** How many there are of each verdict then. */
export function spread({ allowed, denied, refused }) {
  const parts = [`${allowed.toLocaleString()} allowed`, `${denied.toLocaleString()} denied`];
  if (refused) parts.push(`${refused.toLocaleString()} with a signature that is refused`);
  return `Then: ${parts.join(", ")}.`;
}

/** A table of the requests that change, each leading to the request; nothing where there is none. */
export function changedTable(changed) {
  if (!changed.length) return null;
  return el("table", { class: "verdicts" },
    el("thead", {}, el("tr", {}, ["Then", "Request", "Caller", "Decided by"].map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, changed.map(rowOf)));
}

const rowOf = (line) => el("tr", {},
  el("td", {}, el("span", { class: line.after === "allowed" ? "is-good" : "is-bad" }, line.after), " ", el("small", { class: "quiet" }, `was ${line.before}`)),
  el("td", {}, button(`${line.method} ${line.service}${line.path}`, () => change({ view: "", request: String(line.number) }, { pushes: true }), { class: "link", title: "Show the request" })),
  el("td", {}, line.caller ?? "anonymous"),
  el("td", {}, reasons(line.decided_by)));

function reasons(deciding) {
  if (!deciding.length) return "Nobody is asked: AuthType is NONE.";
  return el("ul", {}, deciding.map((each) => el("li", {}, each.kind === "signature" ? null : el("span", { class: "quiet" }, `${each.kind} ${each.owner}: `), each.text)));
}
