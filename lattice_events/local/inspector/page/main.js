// The inspector: puts the parts together.

import { change, FILTERS, onChange, parameter, query } from "./address.js";
import { act, get } from "./api.js";
import { compareWith } from "./comparing.js";
import { Detail } from "./detail.js";
import { tell } from "./dialog.js";
import { button, byId, el } from "./dom.js";
import { Feed } from "./feed.js";
import { isFiltered, learn, showAll, startFilters } from "./filters.js";
import { startKeyboard } from "./keyboard.js";
import { Lines } from "./lines.js";
import { List } from "./list.js";
import { menu } from "./menu.js";
import { noiseTest } from "./noise.js";
import { editAndReplay, replay } from "./replay.js";
import { predicate } from "./search.js";
import { exportLines, importFile } from "./session.js";
import { startTheme } from "./theme.js";
import { takeToken, token } from "./token.js";
import { startViews } from "./views.js";

const ACTS = { pin, replay: sendAgain, edit, copy };
const lines = new Lines();
const list = new List({ select, pin: (line) => session || pin(line) });
const detail = new Detail({ detailOf, close: () => select(""), ...ACTS });
const feed = new Feed(lines, { changed: show, failed });
let session = null; // that was read from a file, as {name, details}
let shown = [];
let gatewayUrl = "http://127.0.0.1:9000"; // until the API says it

takeToken();
startTheme(byId("theme"));
startFilters();
startKeyboard({
  j: () => list.move(1),
  k: () => list.move(-1),
  ArrowDown: () => list.move(1),
  ArrowUp: () => list.move(-1),
  Home: () => list.first(),
  Enter: () => (byId("detail").hidden ? list.move(0) : byId("detail").focus()),
  Escape: leave,
  "/": () => byId("filters").elements.q.focus(),
  x: () => detail.shown && compareWith(detail.shown),
  p: () => detail.shown && !session && pin(detail.shown),
  r: () => detail.shown?.decision && !session && sendAgain(detail.shown),
  e: () => detail.shown?.decision && !session && edit(detail.shown),
  "?": () => byId("keys").showModal(),
});
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("readonly").addEventListener("click", () => byId("token").showModal());
byId("pause").addEventListener("click", pause);
byId("clear").addEventListener("click", clear);
byId("session").append(...menu("Session", [["Export what is shown, as HAR", exportShown], ["Open a file …", openFile]]));
window.addEventListener("hashchange", () => takeToken() && showToken());
onChange((names) => {
  if (names.some((name) => FILTERS.includes(name)) && !session) feed.reload().then(announce);
  else if (names.some((name) => name === "noise" || name === "hide" || FILTERS.includes(name))) show(), announce();
  if (names.includes("request") || names.includes("with")) showSelected();
});
startViews(lines, { chosen: () => (isFiltered() ? shown.map((line) => line.number) : null), copy, attempt, isOfRun: () => !session });
showToken();
showSelected();
get("run").then((run) => (gatewayUrl = run.gateway_url), failed).then(() => feed.reload());

/** Show the lines that are wanted. */
function show() {
  const all = session ? session.details.filter(predicate(query())) : lines.all;
  const isNoise = noiseTest();
  shown = all.filter((line) => !isNoise(line));
  learn(all);
  list.show(shown);
  const hidden = all.length - shown.length;
  const isCut = !session && lines.isCut;
  byId("count").textContent = `${isCut ? "the newest " : ""}${counted(shown.length)}${hidden ? `, ${hidden} hidden` : ""}`;
  byId("empty").hidden = shown.length > 0;
  if (!shown.length) byId("empty").replaceChildren(...emptyWords());
}

function emptyWords() {
  if (!isFiltered()) return ["No request yet. Call a service, and it appears here at once: ", el("code", {}, `curl ${gatewayUrl.replace("127.0.0.1", "NAME.localhost")}/`), " or ", el("code", {}, "lattice call NAME/"), "."];
  return ["No request is like that. ", button("Show all", showAll)];
}

const counted = (number) => `${number.toLocaleString()} request${number === 1 ? "" : "s"}`;

/** Tell screen readers how many there are, when the user has changed that. */
function announce() {
  byId("announced").textContent = byId("count").textContent;
}

/** Everything about the request of a number. */
async function detailOf(number, options) {
  if (!session) return get(`requests/${encodeURIComponent(number)}`, options);
  const found = session.details.find((each) => String(each.number) === String(number));
  if (!found) throw new Error("This file has no such request.");
  return found;
}

function select(number) {
  change({ request: String(number) });
}

function showSelected() {
  const number = parameter("request");
  list.mark(Number(number));
  detail.show(number, parameter("with"));
}

function leave({ target }) {
  if (target !== byId("filters").elements.q) select("");
  byId("list").focus();
}

async function pin(line) {
  await attempt(async () => {
    const changed = await act(line.is_pinned ? "DELETE" : "PUT", `requests/${line.number}/pin`);
    lines.replace(changed);
    detail.replace(changed);
    show();
  });
}

async function sendAgain(recorded) {
  await attempt(async () => select((await replay(recorded)).number));
}

async function edit(recorded) {
  await attempt(() => editAndReplay(recorded, { sent: (line) => select(line.number), failed: refused }));
}

async function copy(name, text) {
  try {
    await navigator.clipboard.writeText(text(await get("run")));
    byId("copied").textContent = `Copied as ${name}`;
    setTimeout(() => (byId("copied").textContent = ""), 2500);
  } catch (error) {
    failed(error);
  }
}

async function clear() {
  await attempt(async () => {
    await act("DELETE", "requests");
    await feed.reload();
  });
}

/** Do what needs the token; without it, say how to get it. */
async function attempt(work) {
  if (!token()) return byId("token").showModal();
  try {
    await work();
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  showToken();
  if (error.status === 403) byId("token").showModal();
  else tell("It was not done", error.message);
}

// ── a session from a file ─────────────────────────────────────────────────────────────────────

async function exportShown() {
  await exportLines(shown, detailOf, (words) => (byId("copied").textContent = words));
}

async function openFile() {
  try {
    look(await importFile());
  } catch (error) {
    tell("The file was not opened", error.message);
  }
}

/** Look at a session from a file, or at the run again. */
function look(at) {
  session = at;
  feed.stop(Boolean(session));
  detail.actsBy(session ? { copy } : ACTS);
  for (const id of ["pause", "clear"]) byId(id).hidden = Boolean(session);
  document.body.classList.toggle("of-a-file", Boolean(session));
  byId("state").replaceChildren(...(session ? [`${session.name} `, button("Back to the run", () => look(null))] : []));
  change({ request: "", with: "" });
  if (session) show();
  else feed.reload();
}

// ── how it goes ───────────────────────────────────────────────────────────────────────────────

function pause() {
  feed.pause(!feed.isPaused);
  byId("pause").setAttribute("aria-pressed", feed.isPaused);
  byId("pause").textContent = feed.isPaused ? "Go on" : "Pause";
}

function failed(error) {
  if (session) return;
  const words = error instanceof TypeError ? "lattice dev does not answer; it is asked again and again." : error?.message;
  byId("state").textContent = words ?? "";
}

function showToken() {
  byId("readonly").hidden = Boolean(token());
}
