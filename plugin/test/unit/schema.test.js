'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { CUSTOM, EVENT, IAM, define, forFramework } = require('../../lib/schema');
const { SETTINGS } = require('../../lib/schema/custom');

const ROOT = path.join(__dirname, '..', '..', '..');

/** Every mapping with fields in a schema, at any depth. */
function mappings(schema) {
  if (schema === null || typeof schema !== 'object') return [];
  return [
    ...(schema.properties && schema.type === 'object' ? [schema] : []),
    ...Object.values(schema).flatMap(mappings),
  ];
}

test('no mapping takes a field that the plugin does not know', () => {
  const found = [CUSTOM, EVENT, IAM].flatMap(mappings);
  assert.ok(found.length >= 10);
  for (const { additionalProperties, properties } of found)
    assert.equal(additionalProperties, false, Object.keys(properties));
});

test('custom.lattice takes the settings of lattice dev, every one', () => {
  const file = path.join(ROOT, 'lattice_events', 'readers', 'settings', 'schema.json');
  const { properties } = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.deepEqual([...SETTINGS, 'serviceNetwork'].sort(), Object.keys(properties).sort());
});

/** The framework's handler of schemas, with what functions have already. */
function handler(properties) {
  const defined = {};
  return {
    defined,
    schema: { properties: { functions: { patternProperties: { '^[a-zA-Z0-9-_]+$': { properties } } } } },
    defineFunctionEvent: (provider, name, schema) => (defined[name] = schema),
    defineFunctionProperties: (provider, { properties: { iam } }) => (defined.iam = iam),
    defineCustomProperties: ({ properties: { lattice } }) => (defined.custom = lattice),
  };
}

test('where functions have an iam of the framework, call is one field more of it', () => {
  const [theirs, none] = [handler({ iam: { properties: { role: {} } } }), handler({})];
  for (const each of [theirs, none]) define(each);
  const { iam } = theirs.schema.properties.functions.patternProperties['^[a-zA-Z0-9-_]+$'].properties;
  assert.deepEqual(Object.keys(iam.properties), ['role', 'call']);
  assert.deepEqual(Object.keys(theirs.defined), ['lattice', 'custom']);
  assert.deepEqual(Object.keys(none.defined), ['lattice', 'iam', 'custom']);
});

test('the framework gets JSON Schema without our own keywords', () => {
  const keywords = JSON.stringify(forFramework(EVENT));
  assert.doesNotMatch(keywords, /"(must|nameMust)":/);
  assert.match(keywords, /"pathPrefix":\{"type":"string"/);
});
