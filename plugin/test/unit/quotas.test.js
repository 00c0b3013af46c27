'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { aboveDefaults } = require('../../lib/quotas');

const event = (index) => ({ functionName: `f${index}`, eventVersion: 'V2' });
const service = (count) => ({
  name: 'foo',
  defaults: [],
  rules: Array.from({ length: count }, (_, index) => ({ events: [event(index)] })),
});

test('what is above a default quota is said', () => {
  const [rules, groups] = aboveDefaults([service(11)]);
  assert.match(rules, /^The service foo has 11 rules\. The default quota is 10:/);
  assert.match(groups, /^The service foo has 11 target groups\./);
});

test('what is at a default quota is not', () => {
  assert.deepEqual(aboveDefaults([service(10)]), []);
});
