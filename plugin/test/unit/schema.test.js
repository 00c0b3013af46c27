'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { CUSTOM, EVENT, IAM, forFramework } = require('../../lib/schema');
const { SETTINGS } = require('../../lib/schema/custom');

const ROOT = path.join(__dirname, '..', '..', '..');

/** Every mapping with fields in a schema, at any depth. */
function mappings(schema) {
  if (schema === null || typeof schema !== 'object') return [];
  return [...(schema.properties && schema.type === 'object' ? [schema] : []), ...Object.values(schema).flatMap(mappings)];
}

test('no mapping takes a field that the plugin does not know', () => {
  const found = [CUSTOM, EVENT, IAM].flatMap(mappings);
  assert.ok(found.length >= 10);
  for (const { additionalProperties, properties } of found) assert.equal(additionalProperties, false, Object.keys(properties));
});

test('custom.lattice takes the settings of lattice dev, every one', () => {
  const file = path.join(ROOT, 'lattice_events', 'readers', 'settings', 'schema.json');
  const { properties } = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.deepEqual([...SETTINGS, 'serviceNetwork'].sort(), Object.keys(properties).sort());
});

test('the framework gets JSON Schema without our own keywords', () => {
  const keywords = JSON.stringify(forFramework(EVENT));
  assert.doesNotMatch(keywords, /"(must|nameMust)":/);
  assert.match(keywords, /"pathPrefix":\{"type":"string"/);
});
