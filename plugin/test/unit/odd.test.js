'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { compile } = require('../../lib/compile');
const { validate } = require('../../lib/validate');
const { rows } = require('../cases');

const ODD = [
  null,
  '',
  'x',
  '10',
  0,
  -1,
  1.5,
  true,
  [],
  ['x'],
  [null],
  {},
  { x: 1 },
  { Ref: 'X' },
  { Ref: 1, x: 2 },
  '{{resolve:ssm:/x}}',
];

/** Every place in a value, as a list of keys. */
function places(value, path = []) {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))];
}

/** A copy with another value at a place. */
function changed(value, [key, ...rest], other) {
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = changed(value[key], rest, other);
  return copy;
}

function namesOf(functions) {
  return Object.fromEntries(
    Object.keys(functions).map((name) => [name, { logicalId: name, normalized: name, version: 'V' }]),
  );
}

for (const { name, configuration } of rows('good')) {
  test(`${name}: whatever stands at one place is compiled or refused`, () => {
    const { functions, custom } = configuration;
    const lattice = ['custom', 'lattice'];
    const paths = places({ custom: { lattice: custom.lattice } }).filter((path) => path.length >= lattice.length);
    const events = Object.entries(functions).flatMap(([key, each]) =>
      ['iam', 'events'].flatMap((field) => (each[field] ? places(each[field], ['functions', key, field]) : [])),
    );
    for (const path of [...paths, ...events]) {
      for (const odd of ODD) check(changed(configuration, path, odd));
    }
  });
}

function check({ functions, custom, provider = {} }) {
  const found = validate({ functions, custom, provider });
  assert.ok(
    found.problems.every(({ path, words }) => path.length >= 2 && !words.includes('undefined')),
    JSON.stringify(found.problems),
  );
  if (found.problems.length === 0) compile(found, { names: namesOf(functions), functions, provider });
}
