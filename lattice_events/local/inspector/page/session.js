// Take the requests that are shown to a file, and look at those of one.

import { byId, el } from "./dom.js";
import { readHar, toHar } from "./har.js";

const AT_ONCE = 4; // requests to the API

/** Write the requests of some lines to a file; those that are forgotten meanwhile are left out. */
export async function exportLines(lines, detailOf, progress) {
  const details = [];
  for (let at = 0; at < lines.length; at += AT_ONCE) {
    progress(`${at} of ${lines.length}`);
    details.push(...(await Promise.all(lines.slice(at, at + AT_ONCE).map((line) => detailOf(line.number).catch(() => null)))));
  }
  progress("");
  download(`lattice-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.har`, JSON.stringify(toHar(details.filter(Boolean))));
}

/** The requests of a file that the user chooses, as `{name, details}`. */
export async function importFile() {
  const file = await chosenFile();
  return { name: file.name, details: readHar(await file.text()) };
}

function chosenFile() {
  return new Promise((resolve) => {
    const input = byId("file");
    input.value = ""; // the same file may be chosen again
    input.onchange = () => input.files[0] && resolve(input.files[0]);
    input.click();
  });
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
