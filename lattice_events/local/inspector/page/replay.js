// Send a recorded request again, as it was or edited.

import { act, get } from "./api.js";
import { openDialog, tell } from "./dialog.js";
import { button, el } from "./dom.js";
import { editableBody, editsOf, headerLines } from "./edits.js";

/** Send it as it was; the line of the new request. */
export async function replay(detail, edits = {}) {
  const line = await act("POST", `requests/${detail.number}/replay`, edits);
  if (line.missing.length) tell("Sent again", `What answered before is not in the network any more: ${line.missing.join(", ")}.`);
  return line;
}

/** Edit a request and send that; `sent` is told the line of the new one, `failed` what the API refused. */
export async function editAndReplay(detail, { sent, failed }) {
  const { request } = detail;
  const body = editableBody(request);
  const form = el("form", { class: "edit", onsubmit: (event) => event.preventDefault() },
    field("Method", el("input", { name: "method", value: request.method, size: 10 })),
    field("Path and query", el("input", { name: "path", value: request.target })),
    field("Signed by", await callers()),
    field("Headers", el("textarea", { name: "headers", rows: 7, spellcheck: "false" }, headerLines(request.headers))),
    field("Body", el("textarea", { name: "body", rows: 8, spellcheck: "false", placeholder: body === null ? bodyWords(request) : "" }, body ?? "")));
  const problem = el("p", { class: "is-bad", role: "alert" });
  const send = async () => {
    try {
      const values = Object.fromEntries(new FormData(form));
      const written = values.body.replaceAll("\r\n", "\n");
      sent(await replay(detail, editsOf(request, { ...values, headers: values.headers.replaceAll("\r\n", "\n"), body: body === null && !written ? null : written })));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      if (error.status === 403) failed(error);
    }
  };
  const dialog = openDialog("Edit and replay", form, el("p", { class: "quiet" }, "A value “…” was hidden; it is sent as it was."), problem,
    el("p", { class: "ends" }, button("Cancel", () => dialog.close()), button("Send", send, { class: "main" })));
}

const field = (title, input) => el("label", {}, el("span", {}, title), input);

const bodyWords = ({ body }) =>
  body ? "The body is no text, or too large to be edited; it is sent as it was, unless you write another." : "The body was not kept; write one.";

async function callers() {
  const { nodes } = await get("network");
  const names = nodes.filter((node) => node.kind === "caller" || node.kind === "function").map((node) => node.name);
  const options = [["", "as before"], ["anonymous", "nobody"], ...[...new Set(names)].filter((name) => name !== "anonymous").map((name) => [name, name])];
  return el("select", { name: "caller" }, options.map(([value, words]) => el("option", { value }, words)));
}
