// A request as text to paste elsewhere: for curl, for `lattice call`, as a test, as the event of a file. Pure.

import { python, shell } from "./quoting.js";

const HIDDEN = "…";
const NOT_COPIED = /^(host|content-length|connection|proxy-connection|transfer-encoding|accept-encoding|user-agent|x-amzn-requestid|x-amz-date|x-amz-content-sha256)$/i;
const DOTS = /\/(\.|%2e){1,2}(?=[/?]|$)/i; // which curl would resolve

/** curl to the run's gateway, which needs neither a proxy nor a certificate. */
export function asCurl(detail, { gateway_url: gatewayUrl }) {
  const { request } = detail;
  const url = detail.service ? gatewayUrl.replace("127.0.0.1", `${detail.service}.localhost`) : gatewayUrl;
  const words = ["curl", ...asItIs(request), shell(url + request.target)];
  if (!detail.service) words.push("-H", shell(`host: ${detail.host}`));
  for (const [name, value] of copied(request)) words.push("-H", shell(value === "" ? `${name};` : `${name}: ${value}`));
  if (request.body?.bytes && !request.headers.some(([name]) => /^content-type$/i.test(name))) words.push("-H", "content-type:");
  const [before, body] = bodyOf(request, ["--data-raw", "--data-binary"]);
  return `${remarks(detail, "curl sends it unsigned; lattice call --as signs it")}${before}${[...words, ...body].join(" ")}\n`;
}

/** Options by which curl makes one request, of this method and path, and waits for no body of a HEAD. */
function asItIs({ method, target, body }) {
  const options = [];
  if (/[[\]{}]/.test(target)) options.push("--globoff");
  if (DOTS.test(target.split("?")[0])) options.push("--path-as-is");
  if (method === "HEAD" && !body?.bytes) options.push("--head");
  else if (method !== "GET" || body?.bytes) options.push("-X", shell(method));
  return options;
}

/** `lattice call`, signed by the same caller. */
export function asCall(detail) {
  const { request } = detail;
  const url = detail.service ? `${detail.service}${request.target}` : `https://${detail.host}${request.target}`;
  const words = ["lattice", "call", ...signer(detail)];
  const [before, body] = bodyOf(request, ["--body", "--body"]);
  words.push(...body, shell(request.method), shell(url), ...copied(request).map(([name, value]) => shell(`${name}: ${value}`)));
  return `${remarks(detail)}${before}${words.join(" ")}\n`;
}

const signer = ({ signature, caller }) => (!signature ? ["--anonymous"] : caller ? ["--as", shell(caller)] : []);

/** A test of the function with the event that it got. */
export function asTest(detail) {
  const name = `${detail.method} ${detail.path}`.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
  return `from lattice_events.testing import call

from my_module import handler  # of the function ${JSON.stringify(detail.target)}


def test_${name}() -> None:
    event = ${python(detail.sent.json, "    ")}

    response = call(handler, event)

    assert response.status == ${Number(detail.status)}
`;
}

/** The event, for lattice invoke FUNCTION --event FILE. */
export const asEvent = (detail) => `${JSON.stringify(detail.sent.json, null, 2)}\n`;

/** Those that there are of a request: names, and functions of what the API says of the run. */
export function copiesOf(detail) {
  const copies = [["curl", (run) => asCurl(detail, run)], ["lattice call", () => asCall(detail)]];
  const hasEvent = detail.sent?.json !== undefined && !detail.sent.is_cut;
  return hasEvent ? [...copies, ["pytest test", () => asTest(detail)], ["event file", () => asEvent(detail)]] : copies;
}

const isSignature = (name) => /^(authorization|x-amz-security-token)$/i.test(name);

const copied = ({ headers }) => headers.filter(([name, value]) => !NOT_COPIED.test(name) && value !== HIDDEN);

/** What is not in the copy, as comments. */
function remarks({ request, signature }, unsigned = "") {
  const hidden = request.headers.filter(([name, value]) => value === HIDDEN && !(signature && isSignature(name))).map(([name]) => name);
  const said = hidden.length ? [`left out, since the page does not know their values: ${hidden.join(", ")}`] : [];
  if (signature && unsigned) said.push(unsigned);
  if (!request.body) said.push("the body was not kept");
  if (request.body?.is_cut) said.push("the body is cut");
  return said.map((each) => `# ${each}\n`).join("");
}

/** What goes before the command, and its words for the body. */
function bodyOf({ body }, [textOption, bytesOption]) {
  if (!body?.bytes) return ["", []];
  if (body.text !== undefined && !body.text.startsWith("@")) return ["", [textOption, shell(body.text)]];
  const source = body.text === undefined ? `echo ${shell(body.base64)} | base64 -d` : `printf %s ${shell(body.text)}`;
  return [`${source} | `, [bytesOption, "@-"]];
}
