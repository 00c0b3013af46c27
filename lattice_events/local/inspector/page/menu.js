// A button with a list of further buttons below it.

import { button, el } from "./dom.js";

/** A menu; `items` are names and what they do. */
export function menu(title, items) {
  const list = el("div", { popover: "auto", class: "menu" }, items.map(([name, work]) => button(name, () => {
    list.hidePopover();
    work();
  })));
  const opening = button(`${title} ▾`, () => {
    const at = opening.getBoundingClientRect();
    list.style.left = `${at.left}px`;
    list.style.top = `${at.bottom + 3}px`;
    list.togglePopover();
  }, { "aria-haspopup": "true" });
  return [opening, list];
}
