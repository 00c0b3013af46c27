'use strict';

const MAX_DISTANCE = 3;

/** How many characters must be added, dropped or changed to make one text of another. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
    row = next;
  }
  return row[b.length];
}

/** The name that was probably meant: the nearest, or one that holds the given one as a whole. */
function nearest(given, names) {
  const ranked = names
    .map((name) => ({ name, far: distance(given, name) }))
    .filter(({ name, far }) => far <= MAX_DISTANCE || name.includes(given))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1));
  return ranked[0]?.name;
}

module.exports = { nearest };
