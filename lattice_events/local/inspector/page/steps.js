// The steps of a decision as a tree, in the words of `lattice explain`.

import { el } from "./dom.js";

/** A list of steps; each has `parts` of a text and its style, and the `steps` below it. */
export function stepsView(steps) {
  return el("ul", { class: "steps" }, steps.map((step) => el("li", {}, lineOf(step), step.steps.length ? stepsView(step.steps) : null)));
}

const lineOf = (step) => el("span", { class: "step" }, step.parts.map(([text, style]) => (style ? el("span", { class: `is-${style}` }, text) : text)));
