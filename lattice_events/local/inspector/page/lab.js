// The policy lab: change a policy or the caller, and see which recorded requests would change their verdict.

import { change, onChange, parameter } from "./address.js";
import { act, compute, get } from "./api.js";
import { button, el } from "./dom.js";
import { Drafts, sizeOf } from "./drafts.js";
import { Editor } from "./editor.js";
import { token } from "./token.js";
import { changedTable, counted, spread } from "./verdicts.js";

const TYPING_MS = 250;
const REST = 20; // times as long as a test took, the next one of new requests waits: a busy run has better to do
const MAX_BYTES = 10240; // of an auth policy
const AUTH_TYPES = ["AWS_IAM", "NONE"];

/** The lab, which keeps its element: `lines` tell when something is new, `chosen` gives numbers of requests, or null for all. */
export class Lab {
  constructor(lines, { chosen, copy, isOfRun }) {
    Object.assign(this, { lines, chosen, isOfRun });
    this.drafts = new Drafts();
    this.seen = { revision: null, until: 0 };
    this.resource = el("select", { onchange: () => change({ resource: this.resource.value }) });
    this.authType = el("select", { onchange: () => this.#edit({ authType: this.authType.value }) }, AUTH_TYPES.map((each) => el("option", {}, each)));
    this.caller = el("input", { list: "lab-callers", placeholder: "who did", autocomplete: "off", spellcheck: "false", oninput: () => this.#soon() });
    this.callers = el("datalist", { id: "lab-callers" });
    this.editor = new Editor({ label: "The policy, as JSON; empty is none", input: (text) => this.#edit({ text }) });
    this.origin = el("span", { class: "quiet" });
    this.size = el("output", { class: "quiet" });
    this.problems = el("ul", { class: "problems", id: "lab-problems" });
    this.editor.area.setAttribute("aria-describedby", this.problems.id);
    this.anyId = el("input", { type: "checkbox" });
    this.reset = button("As it is now", () => this.#reset());
    this.told = el("div", { class: "told" });
    this.verdict = el("h2", { role: "status" });
    this.rest = el("div", {});
    this.element = el("div", { class: "lab" },
      el("section", { "aria-label": "The policy" },
        el("div", { class: "fields" },
          labelled("Policy of", this.resource), labelled("AuthType", this.authType), labelled("As if called by", this.caller), this.callers),
        this.editor.element, this.problems,
        el("div", { class: "fields" },
          button("Least policy", () => this.#fill(), { title: "The least policy that allows the requests of the filters above" }),
          el("label", { class: "check", title: "/orders/7 becomes /orders/*, which on AWS stands for slashes, too" }, this.anyId, " any id"),
          button("Copy", () => copy("policy", () => this.editor.text)), this.reset,
          el("span", { class: "gap" }), this.size),
        this.origin, this.told),
      el("section", { "aria-label": "What would change" }, this.verdict, this.rest));
    onChange((names) => names.includes("resource") && this.#showAnew());
  }

  /** The element, with what is new of the run. */
  async view() {
    if (!this.isOfRun()) return el("p", { class: "empty" }, "Policies are those of a run: go back to it.");
    if (this.seen.revision !== this.lines.revision) await this.#learn();
    const seen = JSON.stringify([this.lines.latest, this.lines.revision, this.chosen()]);
    if (this.seen.lines !== seen && performance.now() > this.seen.until) {
      this.seen.lines = seen;
      this.#soon();
    }
    return this.element;
  }

  async #learn() {
    const { revision } = this.lines;
    const { resources, callers } = await get("policies");
    this.drafts.take(resources);
    this.callers.replaceChildren(...["anonymous", ...callers.map((each) => each.name)].map((value) => el("option", { value })));
    this.#show();
    this.seen.revision = revision;
  }

  /** The name of what is chosen: of the address, else the first whose policy is asked. */
  get #name() {
    const { resources } = this.drafts;
    const wanted = parameter("resource");
    return (resources.find((each) => each.resource === wanted) ?? resources.find((each) => each.auth_type === "AWS_IAM") ?? resources[0])?.resource;
  }

  #show() {
    const name = this.#name;
    this.element.classList.toggle("is-empty", !name);
    if (!name) return;
    this.resource.replaceChildren(...this.drafts.resources.map((each) => el("option", { value: each.resource }, each.resource + (this.drafts.isEdited(each.resource) ? " (edited)" : ""))));
    this.resource.value = name;
    const { text, authType } = this.drafts.of(name);
    this.authType.value = authType;
    this.editor.text = text;
    this.editor.mark([]);
    this.problems.replaceChildren();
    this.#showSize();
    const { origin } = this.drafts.find(name);
    this.origin.textContent = origin ? `Defined at ${origin}` : "";
    this.#soon();
  }

  /** Show without what was told of another text. */
  #showAnew() {
    this.told.replaceChildren();
    this.#show();
  }

  #showSize() {
    const bytes = sizeOf(this.editor.text);
    this.size.textContent = `${bytes.toLocaleString()} of ${MAX_BYTES.toLocaleString()} bytes`;
    this.size.classList.toggle("is-bad", bytes > MAX_BYTES);
    this.reset.disabled = !this.drafts.isEdited(this.#name);
    for (const option of this.resource.options) option.textContent = option.value + (this.drafts.isEdited(option.value) ? " (edited)" : "");
  }

  #edit(changes) {
    this.drafts.edit(this.#name, changes);
    this.#showSize();
    this.#soon();
  }

  #reset() {
    this.drafts.reset(this.#name);
    this.#showAnew();
  }

  async #fill() {
    const name = this.#name;
    try {
      const least = await compute("policies/least", { resource: name, any_id: this.anyId.checked, ...this.#requests() });
      if (least.policy) {
        this.drafts.edit(name, { text: JSON.stringify(least.policy, null, 2), authType: "AWS_IAM" });
        this.#show();
      }
      this.told.replaceChildren(...wordsOf(least));
    } catch (error) {
      this.told.replaceChildren(el("p", { class: "is-bad" }, error.message));
    }
  }

  #requests() {
    const numbers = this.chosen();
    return numbers ? { requests: numbers } : {};
  }

  #soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#test(), TYPING_MS);
  }

  async #test() {
    this.asked?.abort();
    if (!token()) return this.#say("Not tested", el("p", {}, "This page may read only, and a test needs the token of the run: see Read only, above."));
    this.asked = new AbortController();
    const { signal } = this.asked;
    const caller = this.caller.value.trim();
    const started = performance.now();
    const asked = { changes: this.drafts.changes, ...(caller ? { caller } : {}), ...this.#requests() };
    try {
      const told = await act("POST", "policies/test", asked, { signal });
      this.seen.until = performance.now() + REST * (performance.now() - started);
      this.#say(counted(told), el("p", { class: "quiet" }, spread(told)), told.notes.map((note) => el("p", { class: "is-warning" }, note)), changedTable(told.requests));
      this.#showProblems([]);
    } catch (error) {
      if (signal.aborted) return;
      const { problems = [], resource } = error.told ?? {};
      this.#say("Not tested", el("p", { class: "is-bad" }, error.message), this.#way(resource));
      this.#showProblems(resource === this.#name ? problems : []);
    }
  }

  /** A way to the policy that is broken, if it is not the one that is shown. */
  #way(resource) {
    return resource && resource !== this.#name ? button(`Show ${resource}`, () => change({ resource })) : null;
  }

  #say(verdict, ...rest) {
    if (this.verdict.textContent !== verdict) this.verdict.textContent = verdict;
    this.rest.replaceChildren(el("div", {}, ...rest));
  }

  #showProblems(problems) {
    this.editor.mark(problems.map(({ line }) => line));
    this.problems.replaceChildren(...problems.map(({ line, column, message }) =>
      el("li", {}, button(`${line}:${column}`, () => this.editor.goTo(line, column), { class: "link", title: "Go there" }), ` ${message}`)));
  }
}

const labelled = (words, field) => el("label", {}, el("span", {}, words), field);

function wordsOf({ policy, requests, refused, allows, notes }) {
  const words = policy ? `It allows ${requests.toLocaleString()} request${requests === 1 ? "" : "s"}, and none that differs in caller, method or path.` : "No request here asked this policy.";
  return [
    el("p", {}, words, refused ? ` ${refused.toLocaleString()} with a refused signature are left out.` : ""),
    ...notes.map((note) => el("p", { class: "is-warning" }, note)),
    policy && el("details", {}, el("summary", {}, "What it allows"),
      el("ul", { class: "allows" }, allows.map((each) => el("li", {}, `${each.principal ?? "anonymous"} `, el("b", {}, each.method), ` ${each.service}${each.path}`)))),
  ].filter(Boolean);
}
