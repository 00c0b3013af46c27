// What keys do, wherever nothing is typed.

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** Bind keys to what they do; `keys` maps a key's name to a function. */
export function startKeyboard(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
    const isTyping = event.target.matches?.(TYPING);
    if (isTyping && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target.matches?.("button, a, summary, [role=link]")) return;
    const work = keys[event.key];
    if (!work) return;
    event.preventDefault();
    work(event);
  });
}
