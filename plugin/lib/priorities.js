'use strict';

// Priorities of rules that say none. A rule's number depends on its own match alone, so that a further event does not
// renumber the others: an exact path comes before a prefix, a longer prefix before a shorter one, a method before none,
// more headers before fewer. Numbers from 1 to 100 are left to events that say theirs.

const FIRST = 101;
const LONGEST_PATH = 128;
const MOST_CONDITIONS = 12; // with a method or not, and none to five headers

/** Rules with a priority each, lowest first. Of equal matches the first in the file comes first. */
function assign(rules) {
  const taken = new Set(rules.flatMap(({ events }) => events.map(({ priority }) => priority)).filter(Boolean));
  const given = rules.map((rule) => ({ ...rule, priority: stated(rule) }));
  let last = 0;
  for (const rule of given.filter(({ priority }) => !priority).sort(bySlot)) {
    last = nextFree(Math.max(slot(rule.match), last + 1), taken);
    rule.priority = last;
  }
  return given.sort((one, other) => one.priority - other.priority);
}

/** The priority that a rule's events say. */
function stated({ events }) {
  return events.find(({ priority }) => priority)?.priority;
}

function nextFree(number, taken) {
  let free = number;
  while (taken.has(free)) free += 1;
  return free;
}

function bySlot(one, other) {
  return slot(one.match) - slot(other.match);
}

/** Where a match stands among all that there can be. */
function slot({ path, pathPrefix, method, headers = [] }) {
  const conditions = (method ? 6 : 0) + headers.length;
  const kind = path === undefined ? 1 + LONGEST_PATH - (pathPrefix ?? '').length : 0;
  return FIRST + kind * MOST_CONDITIONS + MOST_CONDITIONS - 1 - conditions;
}

module.exports = { assign };
