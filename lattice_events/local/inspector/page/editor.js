// A text with the numbers of its lines, of which some are marked.

import { el } from "./dom.js";

/** An editor; `input` is told of every change that a person makes. */
export class Editor {
  constructor({ label, input }) {
    this.numbers = el("ol", { class: "numbers", "aria-hidden": "true" });
    this.area = el("textarea", { "aria-label": label, rows: "22", wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off", oninput: () => this.#changed(input), onscroll: () => (this.numbers.scrollTop = this.area.scrollTop) });
    this.element = el("div", { class: "editor" }, this.numbers, this.area);
    this.marked = new Set();
  }

  get text() {
    return this.area.value;
  }

  /** Show a text that nobody typed. */
  set text(text) {
    if (this.area.value === text) return;
    this.area.value = text;
    this.#number();
  }

  /** Mark lines, each by its number. */
  mark(lines) {
    this.marked = new Set(lines);
    this.area.setAttribute("aria-invalid", String(this.marked.size > 0));
    this.#number();
  }

  /** Go to a place in the text, and select the rest of its line. */
  goTo(line, column) {
    const lines = this.text.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start + column - 1, start + (lines[line - 1]?.length ?? 0));
  }

  #changed(input) {
    this.#number();
    input(this.text);
  }

  #number() {
    const count = this.text.split("\n").length;
    this.numbers.replaceChildren(...Array.from({ length: count }, (_, index) => el("li", { class: this.marked.has(index + 1) ? "is-bad" : null }, String(index + 1))));
    this.numbers.scrollTop = this.area.scrollTop;
  }
}
