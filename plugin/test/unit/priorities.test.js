'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { assign } = require('../../lib/priorities');

const rule = (match, priority) => ({ match, events: [{ priority }] });
const order = (...rules) => assign(rules).map(({ match }) => match);
const numbers = (...rules) => new Map(assign(rules).map(({ match, priority }) => [JSON.stringify(match), priority]));

test('what is more specific comes first, wherever it stands in the file', () => {
  const sorted = [
    { path: '/orders', method: 'GET' },
    { path: '/orders' },
    { pathPrefix: '/orders/open' },
    { pathPrefix: '/orders', method: 'GET', headers: [{}, {}] },
    { pathPrefix: '/orders', method: 'GET', headers: [{}] },
    { pathPrefix: '/orders', method: 'GET' },
    { pathPrefix: '/orders', headers: [{}, {}, {}, {}, {}] },
    { pathPrefix: '/orders' },
    { pathPrefix: '/' },
    { method: 'GET' },
    { headers: [{}] },
  ];
  assert.deepEqual(order(...sorted.toReversed().map((match) => rule(match))), sorted);
});

test('a further event does not renumber the others', () => {
  const before = [{ pathPrefix: '/orders' }, { pathPrefix: '/catalog' }, { path: '/health' }].map((match) =>
    rule(match),
  );
  const later = [{ pathPrefix: '/orders/open' }, { pathPrefix: '/a' }, { method: 'GET' }, { pathPrefix: '/ORDERS' }];
  const after = numbers(...before, ...later.map((match) => rule(match)));
  for (const [match, priority] of numbers(...before)) assert.equal(after.get(match), priority, match);
});

test('numbers that events say are theirs', () => {
  const [automatic] = numbers(rule({ pathPrefix: '/orders' })).values();
  const found = numbers(
    rule({ pathPrefix: '/orders' }),
    rule({ pathPrefix: '/a' }, automatic),
    rule({ pathPrefix: '/b' }, 1),
  );
  assert.deepEqual([...found.values()], [1, automatic, automatic + 1]);
});

test('the shortest match is still below the highest number, and the first above those for events to say', () => {
  assert.equal(assign([rule({ headers: [{}] })])[0].priority < 2000, true);
  assert.equal(assign([rule({ path: '/', method: 'GET', headers: [{}, {}, {}, {}, {}] })])[0].priority, 101);
});

test('a rule has the priority that any of its events says', () => {
  const shared = { match: { path: '/' }, events: [{}, { priority: 7 }] };
  assert.equal(assign([shared])[0].priority, 7);
});
