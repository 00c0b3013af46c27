'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { validate } = require('../../lib/validate');
const { join } = require('../../lib/validate/words');
const { rows } = require('../cases');

for (const { name, configuration, expected } of rows('bad')) {
  test(`${name} is refused with its path, its value and what to write`, () => {
    const found = validate(configuration).problems.map(({ path, words }) => `${join(path)} ${words}.`);
    assert.deepEqual(found, expected);
  });
}

for (const { name, configuration } of rows('good')) {
  test(`${name} is accepted`, () => {
    assert.deepEqual(validate(configuration).problems, []);
  });
}

test('a rule for which no number is left is named', () => {
  const taken = Array.from({ length: 400 }, (_, index) => ({
    service: 'foo',
    path: `/${index}`,
    priority: 1601 + index,
  }));
  const events = [...taken, { service: 'foo', method: 'GET' }].map((lattice) => ({ lattice }));
  const { problems } = validate({
    functions: { hello: { events } },
    custom: { lattice: { serviceNetwork: { name: 'sample' } } },
  });
  assert.deepEqual(
    problems.map(({ path, words }) => [path.join('.'), words]),
    [
      [
        'functions.hello.events.400.lattice.priority',
        'is missing, and the plugin finds none that is free up to 2000: say one',
      ],
    ],
  );
});

test('texts of variables are read as what they stand for', () => {
  const { events } = validate({
    functions: {
      hello: { events: [{ lattice: { service: 'foo', path: '/1', priority: '10', headers: { a: true } } }] },
    },
    custom: { lattice: { serviceNetwork: { name: 'sample' } } },
  });
  assert.equal(events[0].priority, 10);
  assert.deepEqual(events[0].match.headers, [{ name: 'a', caseSensitive: false, exact: 'true' }]);
});
