// Everything about one request.

import { change } from "./address.js";
import { bodyView } from "./body.js";
import { compareWith, comparisonView } from "./comparing.js";
import { copiesOf } from "./copies.js";
import { button, byId, el } from "./dom.js";
import { logsView } from "./logs.js";
import { messageView } from "./message.js";
import { menu } from "./menu.js";
import { hideLike } from "./noise.js";
import { signatureView } from "./signature.js";
import { stepsView } from "./steps.js";
import { timingView } from "./timing.js";
import { duration, outcome, time, tone } from "./words.js";

const FACTS = ["service", "rule", "target", "caller", "method"]; // that a filter knows

/** Shows one request at a time. */
export class Detail {
  constructor({ detailOf, close, pin, replay, edit, copy }) {
    this.box = byId("detail");
    this.detailOf = detailOf;
    this.close = close;
    this.does = { pin, replay, edit, copy };
    this.shown = null;
  }

  /** Show the request of a number, or nothing; with another's number, what differs of the two. */
  async show(number, other = "") {
    this.asking?.abort();
    this.box.hidden = !number;
    if (!number) {
      this.shown = null;
      this.box.replaceChildren();
      return;
    }
    const asking = (this.asking = new AbortController());
    try {
      const wanted = other && other !== number ? [other, number] : [number];
      const found = await Promise.all(wanted.map((each) => this.detailOf(each, { signal: asking.signal })));
      if (asking.signal.aborted) return;
      if (found.length === 1) this.#fill(found[0]);
      else this.#compare(...found);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.shown = null;
      this.box.replaceChildren(el("p", { class: "empty" }, error.message), button("Close", this.close));
    }
  }

  /** Only look, since the requests are of a file; or act again. */
  actsBy(does) {
    this.does = does;
  }

  /** Say that the shown request is pinned or not. */
  replace(line) {
    if (this.shown?.number === line.number) this.#fill({ ...this.shown, is_pinned: line.is_pinned });
  }

  #fill(detail) {
    const at = this.shown?.number === detail.number ? this.box.scrollTop : 0;
    this.shown = detail;
    this.box.replaceChildren(this.#head(detail), ...causeOf(detail), ...sections(detail));
    this.box.scrollTop = at;
  }

  #compare(first, second) {
    this.shown = second;
    this.box.replaceChildren(...comparisonView(first, second).filter(Boolean));
    this.box.scrollTop = 0;
  }

  #head(detail) {
    const { method = "INVOKE", path = detail.function, request } = detail;
    const { pin, replay, edit, copy } = this.does;
    const pinText = detail.is_pinned ? "★ Pinned" : "☆ Pin";
    return el("header", { class: "head" },
      el("div", { class: "title" },
        el("h2", {}, el("b", {}, method), ` ${request?.target ?? path} `, el("span", { class: `status ${tone(detail)}` }, outcome(detail))),
        button("×", this.close, { class: "close", "aria-label": "Close", title: "Close (Esc)" })),
      el("p", { class: "quiet" }, [time(detail.started_us), duration(detail.duration_ms), detail.cold && "cold", detail.source && `from ${detail.source}`, detail.tls, `id ${detail.id}`, detail.trace_id && `trace ${detail.trace_id}`].filter(Boolean).join(" · ")),
      el("div", { class: "actions" },
        replay && detail.decision && button("Replay", () => replay(detail), { title: "Send it again (r)" }),
        edit && detail.decision && button("Edit and replay", () => edit(detail), { title: "Change it, and send that (e)" }),
        replay && deniedBy(detail) && button("Try another policy", () => change({ view: "policies", resource: deniedBy(detail) }, { pushes: true }), { title: "See which requests it would let in" }),
        request && menu("Copy as", copiesOf(detail).map(([name, text]) => [name, () => copy(name, text)])),
        button("Compare", () => compareWith(detail), { title: "Then select another request (x)" }),
        pin && button(pinText, () => pin(detail), { title: "Keep it (p)", "aria-pressed": detail.is_pinned }),
        button("Hide requests like this", () => hideLike(detail))),
      factsView(detail));
  }
}

/** The service or service network whose policy denied a request, as the API names it; nothing for a caller's own policies. */
function deniedBy({ decision }) {
  const { denied_by: kind, layers = [] } = decision?.authorization ?? {};
  const owner = layers.find((layer) => layer.kind === kind)?.owner;
  return { network: `servicenetwork/${owner}`, service: `service/${owner}` }[kind];
}

/** What a filter can be made of. */
function factsView(detail) {
  const facts = FACTS.filter((name) => detail[name]);
  return el("dl", { class: "facts" }, facts.map((name) => el("div", {},
    el("dt", {}, name),
    el("dd", {}, detail[name]),
    button("only", () => change({ [name]: detail[name] }), { class: "small", title: `Only ${name} ${detail[name]}` }),
    button("not", () => change({ [name]: `!${detail[name]}` }), { class: "small", title: `Not ${name} ${detail[name]}` }))));
}

/** Why the answer is not the target's own, and the faults that were met on purpose. */
function* causeOf({ kind, reason, decision, status, faults }) {
  const lines = reason?.split("\n") ?? [];
  const isMet = (line) => (faults ?? []).some((id) => line.startsWith(`fault ${id}: `));
  yield* cause("Met on purpose", lines.filter(isMet), status);
  const answers = decision?.reply ? `VPC Lattice answers ${status}` : `The target gave no answer; VPC Lattice answers ${status}`;
  yield* cause(kind === "invocation" ? "The function did not answer" : answers, lines.filter((line) => !isMet(line)), status);
}

function* cause(title, lines, status) {
  if (lines.length) yield el("div", { class: `cause ${status < 400 ? "" : "bad"}`, role: "note" }, el("h3", {}, title), lines.map((line) => el("p", {}, line)));
}

function* sections(detail) {
  if (detail.timing) yield section("Timing", timingView(detail));
  if (detail.steps) yield section("Decision", stepsView(detail.steps));
  if (detail.request) yield section("Request and response", pair(requestOf(detail), responseOf(detail)));
  if (detail.sent || detail.received) {
    const isFunction = Boolean(detail.decision?.sent?.event);
    yield section(isFunction ? "Event and what the function returned" : "Sent to the target, and what it answered",
      pair(side(isFunction ? "Event" : "Body", detail.sent), side(isFunction ? "Function's response" : "Body", detail.received)));
  }
  if (detail.logs?.length || detail.logs_left_out) yield section("Logs", logsView(detail));
  if (detail.signature) yield section("Signature", signatureView(detail.signature));
}

const requestOf = ({ request }) => messageView("Request", `${request.method} ${request.target}`, request, { missing: "The body was streamed, or too large to be kept." });

const responseOf = ({ response, status }) =>
  response ? messageView("Response", String(response.status), response, { missing: "The body was streamed; it is not kept." }) : side(`Response ${status}`, null);

const side = (title, body) => el("section", { class: "message" }, el("h3", {}, title), bodyView(body));

const pair = (left, right) => el("div", { class: "pair" }, left, right);

const section = (title, content) => el("details", { class: "part", open: true }, el("summary", {}, title), content);
