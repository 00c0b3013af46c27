// The lines of the list, the newest first: as many as the run itself keeps.

export const MOST = 1000;

/** Lines that were fetched; a run that makes more than a page can follow leaves out older ones. */
export class Lines {
  constructor() {
    this.clear();
  }

  clear() {
    this.all = [];
    this.latest = 0;
    this.revision = undefined;
    this.isCut = false;
    this.hasGap = false;
  }

  /** Take an answer to `after` the latest line; older ones beyond a gap go, unless they are pinned. */
  take(answer) {
    this.hasGap = answer.has_more;
    const kept = this.hasGap ? this.all.filter((line) => line.is_pinned) : this.all;
    const every = [...answer.requests, ...kept];
    this.isCut ||= answer.has_more || every.length > MOST;
    this.all = every.length > MOST ? bounded(every) : every;
    this.latest = answer.latest;
    this.revision = answer.revision;
  }

  /** Take older lines than the oldest. */
  takeOlder(answer) {
    this.all = bounded([...this.all, ...answer.requests]);
    this.isCut = answer.has_more;
    this.hasGap = false;
  }

  /** Whether an answer is of another run, or something changed that is no new line. */
  isOutdatedBy(answer) {
    return answer.latest < this.latest || answer.revision !== this.revision;
  }

  /** Put a line in the place of what it was before. */
  replace(line) {
    this.all = this.all.map((each) => (each.number === line.number ? line : each));
  }
}

const bounded = (lines) => {
  let left = MOST - lines.filter((line) => line.is_pinned).length;
  return lines.filter((line) => line.is_pinned || left-- > 0);
};
