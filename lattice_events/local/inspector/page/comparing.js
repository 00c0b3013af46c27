// Two requests beside each other: what is the same is folded, what differs stands line by line.

import { change } from "./address.js";
import { textOf } from "./body.js";
import { diffLines } from "./diff.js";
import { button, el } from "./dom.js";
import { duration, outcome, tone } from "./words.js";

const PARTS = [
  ["Outcome", (detail) => [outcome(detail), detail.reason].filter(Boolean).join("\n")],
  ["Decision", (detail) => stepLines(detail.steps ?? [], "")],
  ["Request", ({ request }) => request && messageText(`${request.method} ${request.target}`, request)],
  ["Request's body", ({ request }) => bodyText(request?.body)],
  ["Response", ({ response }) => response && messageText(String(response.status), response)],
  ["Response's body", ({ response }) => bodyText(response?.body)],
  ["Sent to the target", ({ sent }) => bodyText(sent)],
  ["The target's answer", ({ received }) => bodyText(received)],
  ["Logs", ({ logs }) => logs.map(({ text }) => text).join("\n")],
];

/** Compare with a request: the one that is selected next is shown beside it. */
export const compareWith = (detail) => change({ with: String(detail.number) });

/** Compare no more. */
export const endComparison = () => change({ with: "" });

/** What differs of two requests. */
export function comparisonView(first, second) {
  return [
    el("header", { class: "head" },
      el("div", { class: "title" }, el("h2", {}, "Two requests"), button("End comparison", endComparison)),
      el("dl", { class: "compared" }, side("−", "del", first), side("+", "ins", second))),
    ...PARTS.map(([title, text]) => part(title, text(first) ?? "", text(second) ?? "")),
  ];
}

const side = (mark, kind, detail) => [
  el("dt", { class: kind }, mark),
  el("dd", {}, `#${detail.number} `, el("b", {}, detail.method ?? "INVOKE"), ` ${detail.request?.target ?? detail.path ?? detail.function} `,
    el("span", { class: `status ${tone(detail)}` }, outcome(detail)), ` ${duration(detail.duration_ms)}`),
];

function part(title, first, second) {
  const isSame = first === second;
  if (isSame && !first.trim()) return null;
  const lines = isSame ? [[" ", first]] : diffLines(first, second);
  const shown = lines.map(([mark, line]) => el("span", { class: { "-": "del", "+": "ins", " ": "" }[mark] }, `${mark} ${line}`));
  return el("details", { class: "part", open: !isSame },
    el("summary", {}, title, " ", el("span", { class: isSame ? "quiet" : "differs" }, isSame ? "the same" : "differs")),
    el("pre", { class: "code diff", tabindex: "0" }, shown));
}

const messageText = (first, { headers }) => [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");

const bodyText = (body) => (body?.bytes ? textOf(body)[0] : "");

const stepLines = (steps, indent) =>
  steps.map(({ parts, steps: below }) => indent + parts.map(([text]) => text).join("") + (below.length ? `\n${stepLines(below, `${indent}  `)}` : "")).join("\n");
