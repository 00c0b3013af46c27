// The list: a table of which only the rows in sight exist.

import { button, byId, el } from "./dom.js";
import { duration, outcome, time, tone } from "./words.js";

export const ROW_PX = 30;
const BEYOND = 8; // rows above and below those in sight

const COLUMNS = [
  ["pin", "Pinned", (line, list) => list.pinButton(line)],
  ["time", "Time", (line) => time(line.started_us)],
  ["method", "Method", (line) => line.method ?? "INVOKE"],
  ["service", "Service", (line) => line.service ?? line.function ?? line.host],
  ["path", "Path", (line) => line.path ?? ""],
  ["status", "Status", (line) => (line.faults?.length ? [`${outcome(line)} `, faultMark(line)] : outcome(line))],
  ["rule", "Rule", (line) => line.rule ?? ""],
  ["target", "Target", (line) => line.target ?? ""],
  ["caller", "Caller", (line) => line.caller ?? ""],
  ["ms", "Took", (line) => duration(line.duration_ms)],
  ["cold", "Cold", (line) => (line.cold ? el("span", { class: "cold", title: "A process was started for it" }, "cold") : "")],
];

const faultMark = ({ faults }) => el("span", { class: "fault-mark", role: "img", "aria-label": "met a fault on purpose", title: `Met on purpose: ${faults.join(", ")}` }, "⚡");

/** Shows lines; one of them is selected. */
export class List {
  constructor({ select, pin }) {
    this.select = select;
    this.pin = pin;
    this.lines = [];
    this.selected = "";
    this.rows = new Map();
    this.box = byId("list");
    this.table = byId("table");
    this.body = this.table.tBodies[0];
    this.above = el("tr", { class: "space", "aria-hidden": "true" }, el("td"));
    this.below = this.above.cloneNode(true);
    this.table.tHead.append(el("tr", {}, COLUMNS.map(([name, title]) => el("th", { class: name, scope: "col" }, title))));
    this.body.append(this.above, this.below);
    this.box.addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => (this.#reveal(), this.#soon())).observe(this.box);
  }

  /** Show lines; what is in sight stays where it is, unless that is the newest. */
  show(lines) {
    const first = this.lines[Math.floor(this.box.scrollTop / ROW_PX)];
    const offset = this.box.scrollTop % ROW_PX;
    this.lines = lines;
    this.table.setAttribute("aria-rowcount", lines.length + 1);
    if (first && this.box.scrollTop >= ROW_PX) {
      const at = lines.findIndex((line) => line.number === first.number);
      this.#draw();
      if (at >= 0) this.box.scrollTop = at * ROW_PX + offset;
    }
    this.#draw();
    if (this.isToReveal && this.#reveal()) this.#draw();
  }

  /** Mark the line of a number. */
  mark(number) {
    this.isToReveal ||= number !== this.selected;
    this.selected = number;
    const row = this.rows.get(number)?.row;
    if (row) this.box.setAttribute("aria-activedescendant", row.id);
    else this.box.removeAttribute("aria-activedescendant");
    for (const [each, { row: marked }] of this.rows) marked.setAttribute("aria-selected", each === number);
  }

  /** Select the line that is some lines further down, in sight. */
  move(by) {
    const at = this.lines.findIndex((line) => line.number === this.selected);
    this.#selectAt(at < 0 ? 0 : at + by);
  }

  /** Select the newest line. */
  first() {
    this.#selectAt(0);
  }

  #selectAt(wanted) {
    const at = Math.min(Math.max(wanted, 0), this.lines.length - 1);
    if (at < 0) return;
    this.#scrollTo(at);
    this.#draw();
    this.select(this.lines[at].number);
  }

  /** Bring the selected line in sight; whether it is known. */
  #reveal() {
    const at = this.lines.findIndex((line) => line.number === this.selected);
    if (at < 0) return false;
    this.isToReveal = false;
    this.#scrollTo(at);
    return true;
  }

  /** Scroll as little as brings a line in sight. */
  #scrollTo(at) {
    const top = at * ROW_PX;
    const room = this.box.clientHeight - this.table.tHead.offsetHeight - ROW_PX;
    this.box.scrollTop = Math.min(Math.max(this.box.scrollTop, top - room), top);
  }

  pinButton(line) {
    const text = line.is_pinned ? "Unpin" : "Pin";
    const pin = (event) => {
      event.stopPropagation();
      this.pin(line);
    };
    return button(line.is_pinned ? "★" : "☆", pin, { class: "pin", tabindex: "-1", title: text, "aria-label": text, "aria-pressed": line.is_pinned });
  }

  #soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#draw();
    });
  }

  /** Put the rows in sight where they belong; those that are there already are not touched. */
  #draw() {
    const start = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - BEYOND);
    const end = Math.min(this.lines.length, start + Math.ceil(this.box.clientHeight / ROW_PX) + 2 * BEYOND);
    const wanted = this.lines.slice(start, end);
    const numbers = new Set(wanted.map((line) => line.number));
    for (const [number, { row }] of this.rows) {
      if (!numbers.has(number)) {
        row.remove();
        this.rows.delete(number);
      }
    }
    let before = this.above;
    wanted.forEach((line, index) => {
      const row = this.#rowOf(line);
      row.setAttribute("aria-rowindex", start + index + 2);
      row.classList.toggle("odd", (line.number & 1) === 1);
      if (before.nextSibling !== row) before.after(row);
      before = row;
    });
    this.above.firstChild.style.height = `${start * ROW_PX}px`;
    this.below.firstChild.style.height = `${(this.lines.length - end) * ROW_PX}px`;
    this.mark(this.selected);
  }

  #rowOf(line) {
    const known = this.rows.get(line.number);
    if (known?.line === line) return known.row;
    const cells = COLUMNS.map(([name, , show]) => {
      const shown = show(line, this);
      return el("td", { class: name === "status" ? `status ${tone(line)}` : name, title: typeof shown === "string" ? shown : null }, shown);
    });
    const row = el("tr", { id: `row-${line.number}`, class: "line", "aria-selected": "false", onclick: () => this.select(line.number) }, cells);
    known?.row.replaceWith(row);
    this.rows.set(line.number, { line, row });
    return row;
  }
}
