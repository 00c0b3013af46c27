// A body as text: JSON laid out and coloured, the rest as it is; large ones in part until more is wanted.

import { button, el } from "./dom.js";
import { size } from "./words.js";

const SHOWN = 20_000; // characters at once
const COLOURED = 60_000; // a colour for each word of a larger one would freeze the page
const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** A body of the API's: `json`, `text` or `base64`, its `bytes` and whether it `is_cut`; null for one that was not kept. */
export function bodyView(body, { missing = "The body was not kept." } = {}) {
  if (!body) return el("p", { class: "quiet" }, missing);
  if (!body.bytes) return el("p", { class: "quiet" }, "No body.");
  const [text, kind] = textOf(body);
  const words = [size(body.bytes), kind, body.is_cut && "cut: the API shows the beginning"].filter(Boolean);
  return el("div", { class: "body" }, el("p", { class: "quiet" }, words.join(" · ")), textView(text, kind === "JSON"));
}

/** A text of any length. */
export function textView(text, isJson = false) {
  const box = el("pre", { class: "code", tabindex: "0" });
  const show = (shown) => box.replaceChildren(...(isJson && shown.length <= COLOURED ? coloured(shown) : [shown]));
  if (text.length <= SHOWN) {
    show(text);
    return box;
  }
  show(text.slice(0, SHOWN));
  const more = button(`Show all ${text.length.toLocaleString()} characters`, () => {
    show(text);
    more.remove();
  });
  return el("div", {}, box, more);
}

/** The text of a body, and what it is. */
export function textOf(body) {
  if ("json" in body) return [JSON.stringify(body.json, null, 2), "JSON"];
  if ("base64" in body) return [body.base64, "not text, as base64"];
  if (!body.is_cut && /^\s*[{[]/.test(body.text)) {
    try {
      return [JSON.stringify(JSON.parse(body.text), null, 2), "JSON"];
    } catch {
      // it only looks like JSON
    }
  }
  return [body.text, ""];
}

function* coloured(text) {
  let at = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [whole, string, colon, word] = match;
    if (match.index > at) yield text.slice(at, match.index);
    const kind = string ? (colon ? "key" : "string") : word ? "word" : "number";
    yield el("span", { class: `json-${kind}` }, string ?? whole);
    if (colon) yield colon;
    at = match.index + whole.length;
  }
  if (at < text.length) yield text.slice(at);
}
