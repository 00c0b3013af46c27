// The filters above the list, and the chips of those that no field shows.

import { change, FILTERS, onChange, parameter, parameters } from "./address.js";
import { endComparison } from "./comparing.js";
import { button, byId, el } from "./dom.js";
import { showAgain } from "./noise.js";

const STATUSES = ["2xx", "3xx", "4xx", "5xx"];
const SELECTS = { status: "Any status", method: "Any method", service: "Any service", caller: "Any caller" };
const TYPING_MS = 150;

/** Show the filters of the address, and change it by them. */
export function startFilters() {
  const form = byId("filters");
  for (const name of Object.keys(SELECTS)) fill(name, name === "status" ? STATUSES : []);
  let typing;
  form.elements.q.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => change({ q: form.elements.q.value }), TYPING_MS);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name in SELECTS) change({ [target.name]: target.value });
    if (target.name === "noise") change({ noise: target.checked ? "hide" : "" });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  onChange(show);
  show();
}

const known = { status: new Set(STATUSES), method: new Set(), service: new Set(), caller: new Set() };

/** Offer what these lines have. */
export function learn(lines) {
  for (const name of ["method", "service", "caller"]) {
    const before = known[name].size;
    for (const line of lines) if (line[name]) known[name].add(line[name]);
    if (known[name].size !== before) fill(name, [...known[name]].sort());
  }
}

/** Whether anything is filtered. */
export const isFiltered = () => [...FILTERS, "noise", "hide"].some((name) => parameters().has(name));

/** Show everything. */
export const showAll = () => change(Object.fromEntries([...FILTERS, "noise", "hide"].map((name) => [name, ""])));

function fill(name, values) {
  const select = byId("filters").elements[name];
  const chosen = parameter(name);
  const every = chosen && !values.includes(chosen) ? [chosen, ...values] : values;
  select.replaceChildren(el("option", { value: "" }, SELECTS[name]), ...every.map((each) => el("option", { value: each }, worded(each))));
  select.value = chosen;
}

const worded = (value) => (value.startsWith("!") ? `not ${value.slice(1)}` : value);

function show() {
  const { elements } = byId("filters");
  if (document.activeElement !== elements.q) elements.q.value = parameter("q");
  elements.noise.checked = parameter("noise") === "hide";
  for (const name of Object.keys(SELECTS)) {
    fill(name, [...known[name]].sort());
    elements[name].classList.toggle("chosen", Boolean(parameter(name)));
  }
  const others = FILTERS.filter((name) => name !== "q" && !(name in SELECTS)).filter((name) => parameter(name));
  const compared = parameter("with");
  byId("chips").replaceChildren(
    ...(compared ? [chip(`comparing with #${compared}`, endComparison)] : []),
    ...others.map((name) => chip(`${name.replace("_", " ")} ${worded(parameter(name))}`, () => change({ [name]: "" }))),
    ...parameters().getAll("hide").map((hidden) => chip(`not ${hidden}`, () => showAgain(hidden))),
  );
}

const chip = (text, remove) => button(`${text} ×`, remove, { class: "chip", title: "Take this filter away" });
