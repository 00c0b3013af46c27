'use strict';

const { distance } = require('../validate/words');

const MAX_DISTANCE = 3;

/** The name that was probably meant: the nearest, or one that holds the given one as a whole. */
function nearest(given, names) {
  const ranked = names
    .map((name) => ({ name, far: distance(given, name) }))
    .filter(({ name, far }) => far <= MAX_DISTANCE || name.includes(given))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1));
  return ranked[0]?.name;
}

module.exports = { nearest };
