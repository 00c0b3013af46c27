// What the function wrote while it ran.

import { el } from "./dom.js";

const COLOURS = /\x1b\[[0-9;:]*[A-Za-z]/g;

/** Lines of an invocation; those of standard error are marked. */
export function logsView({ logs, logs_left_out: leftOut }) {
  const lines = logs.map(({ stream, text }) => el("span", { class: `log ${stream}` }, `${text.replace(COLOURS, "")}\n`));
  return el("div", {}, el("pre", { class: "code", tabindex: "0" }, lines), leftOut ? el("p", { class: "quiet" }, `${leftOut.toLocaleString()} further lines were not kept.`) : null);
}
