// Keeps the lines up to date: told by the API's stream when there is something new, it asks a few times a second at most.

import { get } from "./api.js";
import { query } from "./address.js";

const PAGE = 500; // lines of one answer, at the start
const NEW_PAGE = 200; // of one that follows
const LEAST_MS = 400; // between two questions
const LEAST_MS_OF_MANY = 1000; // while more happens than one answer has: whoever looks at that sees no single line

/** Asks for new lines as long as the page is seen. */
export class Feed {
  constructor(lines, { changed, failed }) {
    this.lines = lines;
    this.changed = changed;
    this.failed = failed;
    this.isPaused = false;
    this.asked = 0;
    document.addEventListener("visibilitychange", () => (document.hidden || this.isStopped ? this.#close() : this.#open()));
    this.#open();
  }

  /** Start anew, as the filters are now. */
  async reload() {
    const asked = ++this.asked;
    await this.#try(asked, async () => {
      const answer = await this.#ask({});
      const older = answer.has_more ? await this.#ask({ before: answer.requests.at(-1).number }) : null;
      if (asked !== this.asked) return;
      this.lines.clear();
      this.lines.take(answer);
      if (older) this.lines.takeOlder(older);
      this.changed();
    });
  }

  /** Stop, or go on. */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.#soon();
  }

  /** Ask nothing, or go on. */
  stop(isStopped) {
    this.isStopped = isStopped;
    this.asked++;
    if (isStopped) this.#close();
    else this.#open();
  }

  #open() {
    if (this.stream) return;
    this.stream = new EventSource("/api/v1/stream");
    this.stream.addEventListener("message", ({ data }) => {
      this.state = JSON.parse(data);
      this.#soon();
    });
    this.stream.addEventListener("error", () => this.failed(new TypeError()));
  }

  #close() {
    this.stream?.close();
    this.stream = null;
  }

  #soon() {
    this.timer ??= setTimeout(async () => {
      await this.#follow();
      this.timer = null;
      const isBehind = this.lines.hasGap || this.state?.latest > this.lines.latest;
      if (isBehind && !this.isPaused && !this.isStopped && !this.failure) this.#soon();
    }, this.lines.hasGap ? LEAST_MS_OF_MANY : LEAST_MS);
  }

  async #follow() {
    if (this.isPaused || this.isStopped || !this.state) return;
    const isOver = this.lines.hasGap && this.state.latest === this.lines.latest;
    if (isOver || this.lines.isOutdatedBy(this.state)) return this.reload();
    if (this.state.latest === this.lines.latest) return this.failed(null);
    const asked = ++this.asked;
    await this.#try(asked, async () => {
      const answer = await this.#ask({ after: this.lines.latest, limit: NEW_PAGE });
      if (asked !== this.asked) return;
      if (this.lines.isOutdatedBy(answer) || (this.lines.hasGap && !answer.has_more)) return this.reload();
      this.lines.take(answer);
      if (answer.requests.length) this.changed();
    });
  }

  /** Say how it went, unless a later question has overtaken this one. */
  async #try(asked, work) {
    let failure = null;
    try {
      await work();
    } catch (error) {
      failure = error;
    }
    if (asked !== this.asked) return;
    this.failure = failure;
    this.failed(failure);
  }

  #ask(range) {
    const asked = query();
    for (const [name, value] of Object.entries({ limit: PAGE, ...range })) asked.set(name, value);
    return get(`requests?${asked}`);
  }
}
