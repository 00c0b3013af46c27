// Where the time went, as a bar.

import { el } from "./dom.js";
import { duration } from "./words.js";

/** The parts of a request's time, those that took none left out. */
export function partsOf({ total_ms: total, to_target_ms: toTarget, from_target_ms: fromTarget, run_ms: run }, isCold) {
  if (!toTarget) return [["gateway", "gateway: authentication, policies, rules", total]];
  const target = Math.max(0, total - toTarget - fromTarget);
  const parts = [["gateway", "gateway: authentication, policies, rules, sending", toTarget]];
  if (run === null || run === undefined) parts.push(["run", "target", target]);
  else {
    parts.push(["init", isCold ? "start of a process" : "waiting for a process", Math.max(0, target - run)]);
    parts.push(["run", "function", Math.min(run, target)]);
  }
  return [...parts, ["answer", "answer", fromTarget]].filter(([, , ms]) => ms > 0);
}

/** A bar with its legend. */
export function timingView(detail) {
  const parts = partsOf(detail.timing, detail.cold);
  const total = parts.reduce((sum, [, , ms]) => sum + ms, 0) || 1;
  const bar = el("div", { class: "timing", "aria-hidden": "true" }, parts.map(([kind, words, ms]) => {
    const part = el("span", { class: `part ${kind}`, title: `${words}: ${duration(ms)}` });
    part.style.flexGrow = String(ms / total);
    return part;
  }));
  const legend = parts.map(([kind, words, ms]) => el("li", {}, el("span", { class: `dot ${kind}` }), `${words} `, el("b", {}, duration(ms))));
  return el("div", {}, bar, el("ul", { class: "legend" }, legend, el("li", {}, "in all ", el("b", {}, duration(detail.timing.total_ms)))));
}
