'use strict';

const LONGEST = 80;

/** A value as an error shows it. */
function show(value) {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What a name may have been meant to be, in brackets; nothing where none is near. */
function suggestion(name, known) {
  const near = known.find((each) => distance(each.toLowerCase(), name.toLowerCase()) <= 2);
  return near ? ` (did you mean ${near}?)` : '';
}

/** How many letters differ (Levenshtein). */
function distance(one, other) {
  let row = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same));
    }
    row = next;
  }
  return row.at(-1);
}

/** A path as the framework writes it. */
function join(path) {
  return path.join('.');
}

module.exports = { distance, join, show, suggestion };
