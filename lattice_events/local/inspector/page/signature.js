// What a signature was verified against, and where the request differs.

import { textView } from "./body.js";
import { el } from "./dom.js";

/** A verification; what differs stands first. */
export function signatureView(signature) {
  return el("div", {},
    signature.is_accepted ? el("p", { class: "is-good" }, "The signature is right.") : problem(signature),
    part("Canonical request, as VPC Lattice made it", signature.canonical_request),
    part("String to sign", signature.string_to_sign));
}

const problem = ({ differs, code, problem: text }) => el("p", { class: "is-bad" }, [differs, code, text].filter(Boolean).join(": "));

const part = (title, text) => (text ? [el("h4", {}, title), textView(text)] : null);
