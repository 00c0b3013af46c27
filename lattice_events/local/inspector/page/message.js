// A request or a response: its first line, headers and body.

import { bodyView } from "./body.js";
import { el } from "./dom.js";

/** A message with a title. */
export function messageView(title, first, message, options = {}) {
  return el("section", { class: "message" }, el("h3", {}, title), el("p", { class: "first code-line" }, first), headersView(message.headers), bodyView(message.body, options));
}

const headersView = (headers) =>
  el("dl", { class: "headers" }, headers.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]).flat());
