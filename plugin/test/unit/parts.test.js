'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { merge } = require('../../lib/parts');

test('parts that take the same hook run one after the other', async () => {
  const seen = [];
  const slow = async () => {
    await new Promise(setImmediate);
    seen.push('first');
  };
  const { hooks } = merge([
    { hooks: { 'info:info': slow } },
    {},
    { hooks: { 'info:info': () => seen.push('second') } },
  ]);
  await hooks['info:info']();
  assert.deepEqual(seen, ['first', 'second']);
});

test('commands and sources of variables are those of all parts', () => {
  const merged = merge([{ commands: { lattice: {} } }, { configurationVariablesSources: { lattice: {} } }]);
  assert.deepEqual(merged, { hooks: {}, commands: { lattice: {} }, configurationVariablesSources: { lattice: {} } });
});
