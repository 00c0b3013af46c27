'use strict';

const { CUSTOM } = require('./custom');
const { EVENT } = require('./event');
const { IAM } = require('./function');

const OURS = new Set(['must', 'nameMust', 'description']);

/** Tell the framework which fields there are. */
function define(handler) {
  handler.defineFunctionEvent('aws', 'lattice', forFramework(EVENT));
  handler.defineFunctionProperties('aws', { type: 'object', properties: { iam: forFramework(IAM) } });
  handler.defineCustomProperties({ type: 'object', properties: { lattice: forFramework(CUSTOM) } });
}

/** A schema as plain JSON Schema: the framework refuses further keywords. */
function forFramework(schema) {
  if (Array.isArray(schema)) return schema.map(forFramework);
  if (schema === null || typeof schema !== 'object') return schema;
  const kept = Object.entries(schema).filter(([key, value]) => value !== undefined && !(OURS.has(key) && typeof value === 'string'));
  return Object.fromEntries(kept.map(([key, value]) => [key, forFramework(value)]));
}

module.exports = { CUSTOM, EVENT, IAM, define, forFramework };
