// Texts as shells and Python read them. Pure; nothing that was sent can end its quotes.

/** One word of a shell; control characters are written, so that none reaches the terminal it is pasted into. */
export function shell(text) {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text)) return `$'${text.replace(/[\\']/g, "\\$&").replace(/[\x00-\x1f\x7f-\x9f]/g, escaped)}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A JSON value as Python writes it. */
export function python(value, indent = "") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029]/g, escaped);
  const inner = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((item) => python(item, inner))
    : Object.entries(value).map(([key, item]) => `${python(key)}: ${python(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length ? `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${indent}${close}` : open + close;
}
