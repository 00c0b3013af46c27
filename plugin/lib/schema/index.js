'use strict';

const { CUSTOM } = require('./custom');
const { EVENT } = require('./event');
const { IAM } = require('./function');

const OURS = new Set(['must', 'nameMust', 'description']);

/** Tell the framework which fields there are. */
function define(handler) {
  handler.defineFunctionEvent('aws', 'lattice', forFramework(EVENT));
  defineIam(handler, forFramework(IAM));
  handler.defineCustomProperties({ type: 'object', properties: { lattice: forFramework(CUSTOM) } });
}

/** Functions of Serverless 4 have an `iam` already: `call` is one field more of it. */
function defineIam(handler, iam) {
  const existing = ofFunctions(handler)?.iam;
  if (existing) existing.properties.call = iam.properties.call;
  else handler.defineFunctionProperties('aws', { type: 'object', properties: { iam } });
}

function ofFunctions({ schema }) {
  return Object.values(schema.properties.functions.patternProperties)[0].properties;
}

/** A schema as plain JSON Schema: the framework refuses further keywords. */
function forFramework(schema) {
  if (Array.isArray(schema)) return schema.map(forFramework);
  if (schema === null || typeof schema !== 'object') return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => value !== undefined && !(OURS.has(key) && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, forFramework(value)]));
}

module.exports = { CUSTOM, EVENT, IAM, define, forFramework };
