// Faults on purpose: those that requests meet now, and a form for another.

import { change } from "./address.js";
import { act, get } from "./api.js";
import { button, el } from "./dom.js";

const CHOOSE = ["service", "rule", "path", "method", "caller", "target"]; // which requests
const COLUMNS = ["Fault", "What happens", "To which requests", "How often", "Met", "From", ""];

/** The view of the faults: a table that is kept up to date, and a form that stays as it was filled in. */
export class Faults {
  /** `attempt` does what needs the token. */
  constructor({ attempt }) {
    this.attempt = attempt;
    this.rows = el("tbody");
    this.table = el("table", { class: "faults" }, el("thead", {}, el("tr", {}, COLUMNS.map((title) => el("th", { scope: "col" }, title)))), this.rows);
    this.none = el("p", { class: "quiet" }, "No request meets a fault on purpose. Add one below: requests that fit meet it from then on.");
    this.all = button("Remove all", () => this.#act("DELETE", "faults"));
  }

  async view() {
    const told = await get("faults");
    this.element ??= el("div", { class: "on-purpose" },
      el("header", {}, el("h2", {}, "Faults on purpose"), this.all), this.none, el("div", { class: "wide" }, this.table),
      formOf(told, await suggestions(told), (fault) => this.#add(fault)));
    this.#show(told);
    return this.element;
  }

  #show({ faults, kinds }) {
    const what = new Map(kinds.map((kind) => [kind.kind, kind.what]));
    this.table.hidden = this.all.hidden = !faults.length;
    this.none.hidden = faults.length > 0;
    const focused = this.rows.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.id : null;
    this.rows.replaceChildren(...faults.map((fault) => this.#row(fault, what.get(fault.kind))));
    if (focused !== null) [...this.rows.children].find((row) => row.dataset.id === focused)?.querySelector(".remove").focus();
  }

  #row(fault, what) {
    const cells = [
      el("b", {}, fault.id),
      el("span", { title: what }, fault.kind, fault.seconds === null ? "" : ` ${fault.seconds} s`),
      [CHOOSE.filter((name) => fault[name] !== null).map((name) => `${name} ${fault[name]}`).join(", ") || "all", fault.notes.map((note) => el("p", { class: "is-bad" }, note))],
      oftenOf(fault),
      button(fault.met.toLocaleString(), () => change({ view: "", q: `fault ${fault.id}:` }, { pushes: true }), { class: "link", title: "Show the requests that met it" }),
      fault.origin ?? "added live",
      button("Remove", () => this.#act("DELETE", `faults/${encodeURIComponent(fault.id)}`), { class: "remove", "aria-label": `Remove ${fault.id}` }),
    ];
    return el("tr", { "data-id": fault.id, class: fault.left === 0 ? "is-over" : null }, cells.map((cell) => el("td", {}, cell)));
  }

  #act(method, path) {
    return this.attempt(async () => {
      await act(method, path);
      this.#show(await get("faults"));
    });
  }

  /** Add a fault; what is wrong with it, or nothing. */
  async #add(fault) {
    let problems = "";
    await this.attempt(async () => {
      try {
        await act("POST", "faults", fault);
      } catch (error) {
        if (error.status !== 400) throw error;
        problems = error.message;
        return;
      }
      this.#show(await get("faults"));
    });
    return problems;
  }
}

function oftenOf({ probability, count, left, burst_seconds: burst }) {
  const words = [probability === 1 ? "each" : `${(100 * probability).toLocaleString(undefined, { maximumFractionDigits: 2 })} %`];
  if (count !== null) words.push(left ? `${left.toLocaleString()} of ${count.toLocaleString()} left` : "over");
  if (burst !== null) words.push(`in bursts of ${burst} s`);
  return words.join(", ");
}

/** Names to choose from, by the field that they are for; callers are all of the run, while the network draws those that policies name. */
async function suggestions({ callers }) {
  const { nodes, rules } = await get("network");
  const named = (...kinds) => nodes.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name);
  const names = { service: named("service"), rule: [...Object.values(rules), "default"], caller: callers, target: named("function", "target group") };
  return new Map(Object.entries(names).map(([field, each]) => [field, [...new Set(each)].sort()]));
}

/** The form; `add` gives what is wrong, a line each. */
function formOf({ kinds, fields }, known, add) {
  const problem = el("p", { class: "is-bad problem", role: "alert" });
  const kind = el("select", { ...identified("kind"), onchange: () => showKind() }, kinds.map((each) => el("option", { value: each.kind }, each.kind)));
  const others = fields.filter(({ name }) => name !== "kind");
  const seconds = fields.find(({ name }) => name === "seconds");
  const inputs = new Map(others.map((field) => [field.name, inputOf(field, known.get(field.name))]));
  const form = el("form", { class: "fault", "aria-label": "Another fault", onsubmit: async (event) => {
    event.preventDefault();
    problem.textContent = await add(readFault(form, others));
    if (!problem.textContent) form.reset(), showKind();
  } },
    el("h3", {}, "Add a fault"),
    el("div", { class: "fields-of-fault" },
      labelled({ name: "kind", why: "" }, kind),
      labelled(seconds, inputs.get("seconds")),
      labelled({ name: "id", why: "What to call it; without one, it gets its kind and a number." }, el("input", { ...identified("id"), autocomplete: "off" })),
      others.filter((field) => field !== seconds).map((field) => labelled(field, inputs.get(field.name)))),
    problem,
    el("p", {}, el("button", { class: "main" }, "Add")));
  const showKind = () => {
    const chosen = kinds.find((each) => each.kind === kind.value);
    form.querySelector("#why-kind").textContent = chosen.what;
    form.elements.seconds.closest(".field").hidden = !chosen.has_seconds;
  };
  showKind();
  return form;
}

const identified = (name) => ({ name, id: `fault-${name}`, "aria-describedby": `why-${name}` });

const labelled = ({ name, why }, ...content) =>
  el("div", { class: "field" }, el("label", { for: `fault-${name}` }, name.replaceAll("_", " ")), content, el("small", { class: "quiet", id: `why-${name}` }, why));

function inputOf({ name, example }, known) {
  const list = known?.length ? el("datalist", { id: `known-${name}` }, known.map((value) => el("option", { value }))) : null;
  return el("span", {}, el("input", { ...identified(name), placeholder: `such as ${example}`, autocomplete: "off", spellcheck: "false", list: list?.id, inputmode: typeof example === "number" ? "decimal" : null }), list);
}

/** What was filled in; a number that is none is sent as it is, and the API says what it must be. */
function readFault(form, fields) {
  const written = [...new FormData(form)].filter(([name, value]) => value.trim() && !form.elements[name].closest(".field").hidden);
  const isNumber = new Set(fields.filter(({ example }) => typeof example === "number").map(({ name }) => name));
  return Object.fromEntries(written.map(([name, value]) => [name, isNumber.has(name) && Number.isFinite(Number(value)) ? Number(value) : value.trim()]));
}
