// The inspector: puts the parts together.

import { change, FILTERS, onChange, parameter } from "./address.js";
import { act, get } from "./api.js";
import { Detail } from "./detail.js";
import { tell } from "./dialog.js";
import { button, byId } from "./dom.js";
import { Feed } from "./feed.js";
import { isFiltered, learn, showAll, startFilters } from "./filters.js";
import { startKeyboard } from "./keyboard.js";
import { Lines } from "./lines.js";
import { List } from "./list.js";
import { noiseTest } from "./noise.js";
import { editAndReplay, replay } from "./replay.js";
import { startTheme } from "./theme.js";
import { takeToken, token } from "./token.js";

const lines = new Lines();
const list = new List({ select, pin });
const detail = new Detail({ pin, close: () => select(""), replay: sendAgain, edit, copy });
const feed = new Feed(lines, { changed: show, failed });

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
  p: () => detail.shown && pin(detail.shown),
  r: () => detail.shown?.decision && sendAgain(detail.shown),
  e: () => detail.shown?.decision && edit(detail.shown),
  "?": () => byId("keys").showModal(),
});
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("readonly").addEventListener("click", () => byId("token").showModal());
byId("pause").addEventListener("click", pause);
byId("clear").addEventListener("click", clear);
window.addEventListener("hashchange", () => takeToken() && showToken());
onChange((names) => {
  if (names.some((name) => FILTERS.includes(name))) feed.reload().then(announce);
  else if (names.some((name) => name === "noise" || name === "hide")) show(), announce();
  if (names.includes("request")) showSelected();
});
showToken();
showSelected();
feed.reload();

/** Show the lines that are wanted. */
function show() {
  const isNoise = noiseTest();
  const wanted = lines.all.filter((line) => !isNoise(line));
  learn(lines.all);
  list.show(wanted);
  const hidden = lines.all.length - wanted.length;
  byId("count").textContent = `${lines.isCut ? "the newest " : ""}${counted(wanted.length)}${hidden ? `, ${hidden} hidden` : ""}`;
  byId("empty").hidden = wanted.length > 0;
  if (!wanted.length) byId("empty").replaceChildren(...emptyWords());
}

function emptyWords() {
  if (!isFiltered()) return ["No request yet. Call a service, or invoke a function; it appears here at once."];
  return ["No request is like that. ", button("Show all", showAll)];
}

const counted = (number) => `${number.toLocaleString()} request${number === 1 ? "" : "s"}`;

/** Tell screen readers how many there are, when the user has changed that. */
function announce() {
  byId("announced").textContent = byId("count").textContent;
}

function select(number) {
  change({ request: String(number) });
}

function showSelected() {
  const number = parameter("request");
  list.mark(Number(number));
  detail.show(number);
}

function leave() {
  if (document.activeElement !== document.body) document.activeElement.blur();
  if (document.activeElement === byId("filters").elements.q) return;
  select("");
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
    byId("announced").textContent = byId("copied").textContent = `Copied as ${name}`;
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

function pause() {
  feed.pause(!feed.isPaused);
  byId("pause").setAttribute("aria-pressed", feed.isPaused);
  byId("pause").textContent = feed.isPaused ? "Go on" : "Pause";
}

function failed(error) {
  const words = error instanceof TypeError ? "lattice dev does not answer; it is asked again and again." : error?.message;
  byId("state").textContent = words ?? "";
}

function showToken() {
  byId("readonly").hidden = Boolean(token());
}
