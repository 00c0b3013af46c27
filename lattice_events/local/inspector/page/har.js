// A session as an HTTP Archive (HAR 1.2), which other tools open, with all that the API said of each request in `_lattice`.
// Pure. Source: http://www.softwareishard.com/blog/har-12-spec/

import { MOST } from "./lines.js";
import { anything, list, maybe, number, object, pair, text } from "./shape.js";

/** The archive of requests, which are given the newest first; an archive has the oldest first. */
export const toHar = (details) => ({ log: { version: "1.2", creator: { name: "lattice-events", version: "1" }, entries: details.map(entryOf).reverse() } });

/** The requests of an archive, the newest first; an Error says why it is none. */
export function readHar(written) {
  let har;
  try {
    har = JSON.parse(written);
  } catch {
    throw new Error("It is not JSON.");
  }
  if (har?.log?.version !== "1.2" || !Array.isArray(har.log.entries)) throw new Error("It is no HTTP Archive: log.version is not 1.2, or log.entries is no list.");
  const { entries } = har.log;
  if (!entries.length) throw new Error("It has no requests.");
  if (entries.length > MOST) throw new Error(`It has ${entries.length.toLocaleString()} requests; ${MOST.toLocaleString()} can be shown.`);
  return entries.map((entry, index) => ({ ...checked(entry?._lattice, index + 1), number: index + 1 })).reverse();
}

function checked(detail, place) {
  if (detail === undefined) throw new Error(`Request ${place} has no _lattice: the file is not from this page.`);
  const problem = DETAIL(detail) || (detail.kind === "request" ? REQUEST(detail) : INVOCATION(detail));
  if (problem) throw new Error(`Request ${place} is broken: ${problem}.`);
  return detail;
}

const BODY = maybe(object({ bytes: number, text: maybe(text), base64: maybe(text), json: anything }));
const SIZED = (value, path) => BODY(value, path) || (value?.bytes && value.text === undefined && value.base64 === undefined && !("json" in value) ? `${path} has no content` : "");
const step = (value, path = "") => STEP(value, path);
const STEP = object({ parts: list(pair), steps: list(step) });
const DETAIL = object({
  id: text, kind: text, duration_ms: number, started_us: number, logs: list(object({ stream: text, text })), logs_left_out: maybe(number),
  request: maybe(object({ method: text, target: text, headers: list(pair), body: SIZED })),
  response: maybe(object({ status: number, headers: list(pair), body: SIZED })),
  sent: SIZED, received: SIZED, steps: maybe(list(step)), source: maybe(text), tls: maybe(text),
  signature: maybe(object({ differs: maybe(text), code: maybe(text), problem: maybe(text), canonical_request: maybe(text), string_to_sign: maybe(text) })),
  timing: maybe(object({ total_ms: number, to_target_ms: number, from_target_ms: number, run_ms: maybe(number), init_ms: maybe(number) })),
});
const REQUEST = object({ method: text, host: text, path: text, status: number, service: maybe(text), rule: maybe(text), target: maybe(text), caller: maybe(text), reason: maybe(text), trace_id: maybe(text), faults: maybe(list(text)) });
const INVOCATION = object({ function: text, error_type: maybe(text) });

function entryOf(detail) {
  const { request, response, timing } = detail;
  return {
    startedDateTime: new Date(detail.started_us / 1000).toISOString(),
    time: detail.duration_ms,
    request: {
      method: request?.method ?? detail.method ?? "POST",
      url: urlOf(detail),
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: named(request?.headers),
      queryString: queryOf(request?.target ?? ""),
      headersSize: -1,
      bodySize: request?.body?.bytes ?? -1,
      ...(request?.body?.text ? { postData: { mimeType: typeOf(request.headers), text: request.body.text } } : {}),
    },
    response: {
      status: detail.status ?? (detail.error_type ? 500 : 200),
      statusText: "",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: named(response?.headers),
      content: contentOf(response),
      redirectURL: "",
      headersSize: -1,
      bodySize: response?.body?.bytes ?? -1,
    },
    cache: {},
    timings: timesOf(detail, timing),
    _lattice: detail,
  };
}

const urlOf = ({ host, function: name, request, path, tls }) =>
  host ? `${tls ? "https" : "http"}://${host}${request?.target ?? path}` : `http://127.0.0.1/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;

const named = (headers = []) => headers.map(([name, value]) => ({ name, value }));

const queryOf = (target) => [...new URLSearchParams(target.split("?")[1] ?? "")].map(([name, value]) => ({ name, value }));

const typeOf = (headers) => headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";

function contentOf(response) {
  const body = response?.body;
  const content = { size: body?.bytes ?? 0, mimeType: response ? typeOf(response.headers) : "" };
  if (body?.text) content.text = body.text;
  if (body?.base64) Object.assign(content, { text: body.base64, encoding: "base64" });
  return content;
}

function timesOf({ duration_ms: total }, timing) {
  if (!timing) return { send: 0, wait: total, receive: 0 };
  const { to_target_ms: send, from_target_ms: receive } = timing;
  return { send, wait: Math.max(0, total - send - receive), receive };
}
