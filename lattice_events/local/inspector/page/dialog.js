// Dialogs that are made when they are needed, and gone afterwards.

import { button, el } from "./dom.js";

/** Show a dialog with a title; what it has closes it by `close`. */
export function openDialog(title, ...content) {
  const dialog = el("dialog", { "aria-label": title, onclose: () => dialog.remove() }, el("h2", {}, title), content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Say something, until it is read. */
export function tell(title, ...texts) {
  const dialog = openDialog(title, texts.map((text) => el("p", {}, text)), el("p", { class: "ends" }, button("Close", () => dialog.close())));
}
