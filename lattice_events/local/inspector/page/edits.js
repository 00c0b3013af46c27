// What a person changed of a request, as the API takes it. Pure.

const HIDDEN = "…";

/** Headers as lines of text. */
export const headerLines = (headers) => headers.map(([name, value]) => `${name}: ${value}`).join("\n");

/** The lines as pairs; an Error says which line is none. */
export function readHeaderLines(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (!name) throw new Error(`“${line.slice(0, 60)}” is no header. Write Name: value, a line each.`);
    return [name, value];
  });
}

/** What is different in `after`: names with their values, null for one that is gone; a hidden value stays what it was. */
export function headerEdits(before, after) {
  const [old, now] = [grouped(before), grouped(after)];
  const edits = {};
  for (const [name, values] of now) if (!values.includes(HIDDEN) && !same(values, old.get(name))) edits[name] = values;
  for (const name of old.keys()) if (!now.has(name)) edits[name] = null;
  return edits;
}

/** The edits of a request: only what is different. */
export function editsOf(request, { method, path, headers, body, caller }) {
  const edits = {};
  if (method !== request.method) edits.method = method;
  if (path !== request.target) edits.path = path;
  const changed = headerEdits(request.headers, readHeaderLines(headers));
  if (Object.keys(changed).length) edits.headers = changed;
  if (body !== null && body !== editableBody(request)) edits.body = body;
  if (caller) edits.caller = caller;
  return edits;
}

/** The body as text to edit; null for one that is no text, was cut or not kept. */
export function editableBody({ body }) {
  if (!body || body.is_cut) return null;
  if (body.bytes === 0) return "";
  return body.text ?? null;
}

function grouped(headers) {
  const byName = new Map();
  for (const [name, value] of headers) byName.set(name.toLowerCase(), [...(byName.get(name.toLowerCase()) ?? []), value]);
  return byName;
}

const same = (values, others) => values.length === others?.length && values.every((value, index) => value === others[index]);
