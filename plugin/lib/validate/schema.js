'use strict';

// Reads a value by a schema: what is wrong with it, each thing with its path, and the value as the schema means it
// (variables of the framework are texts, so that '10' is a whole number and 'true' is true).

const { INTRINSIC, isMapping } = require('../schema/values');
const { show, suggestion } = require('./words');

/** The value as the schema means it; what is wrong goes to `wrong(path, words)`. */
function read(schema, value, path, wrong) {
  if (schema.anyOf) return readAny(schema, value, path, wrong);
  const meant = coerce(schema.type, value);
  if (!isOfType(schema.type, meant)) return refuse(schema, value, path, wrong);
  if (schema.type === 'object') return readObject(schema, meant, path, wrong);
  if (schema.type === 'array') return readArray(schema, meant, path, wrong);
  return isAllowed(schema, meant) ? meant : refuse(schema, value, path, wrong);
}

function refuse({ must }, value, path, wrong) {
  wrong(path, `${must}, not ${show(value)}`);
  return undefined;
}

/** By the first of several schemas that has nothing against the value, else in the words of the one that was meant. */
function readAny(schema, value, path, wrong) {
  const readings = schema.anyOf.map((each) => ({ each, ...readOne(each, value, path) }));
  const good = readings.find(({ problems }) => problems.length === 0);
  if (good) return good.meant;
  const isWithin = ([where]) => where.length > path.length;
  const intended = readings.find(({ each, problems }) => each !== INTRINSIC && problems.some(isWithin));
  if (!intended)
    return refuse(schema.anyOf.find(({ type, must }) => must && isOfType(type, value)) ?? schema, value, path, wrong);
  intended.problems.forEach(([where, words]) => wrong(where, words));
  return intended.meant;
}

function readOne(schema, value, path) {
  const problems = [];
  const meant = read(schema, value, path, (where, words) => problems.push([where, words]));
  return { meant, problems };
}

function readObject(schema, value, path, wrong) {
  const { properties = {}, required = [] } = schema;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  if (!hasRightSize(entries.length, schema.minProperties, schema.maxProperties))
    return refuse(schema, value, path, wrong);
  for (const key of required) {
    if (!entries.some(([name]) => name === key)) wrong([...path, key], `is missing: it ${properties[key].must}`);
  }
  const meant = entries.map(([key, each]) => [key, readProperty(schema, key, each, { path: [...path, key], wrong })]);
  return Object.fromEntries(meant);
}

function readProperty(schema, key, value, { path, wrong }) {
  const found = propertySchema(schema, key);
  if (!found) {
    const known = Object.keys(schema.properties ?? {});
    wrong(
      path,
      `is ${show(value)}, but there is no such field${suggestion(key, known)}: the fields are ${known.join(', ')}`,
    );
    return undefined;
  }
  if (schema.propertyNames && !isAllowed(schema.propertyNames, key)) wrong(path, schema.nameMust);
  return Object.keys(found).length === 0 ? value : read(found, value, path, wrong);
}

function propertySchema({ properties = {}, patternProperties = {}, additionalProperties = {} }, key) {
  if (Object.hasOwn(properties, key)) return properties[key];
  const pattern = Object.keys(patternProperties).find((each) => new RegExp(each, 'u').test(key));
  return pattern ? patternProperties[pattern] : additionalProperties;
}

function readArray(schema, value, path, wrong) {
  if (!hasRightSize(value.length, schema.minItems, schema.maxItems)) return refuse(schema, value, path, wrong);
  const meant = value.map((each, index) => read(schema.items, each, [...path, index], wrong));
  // What did not read is left out; a mapping keeps its place, which further problems name.
  return schema.items.type === 'object' ? meant.map((each) => each ?? {}) : meant.filter((each) => each !== undefined);
}

function hasRightSize(size, minimum = 0, maximum = Infinity) {
  return size >= minimum && size <= maximum;
}

function coerce(type, value) {
  if (type === 'integer' && typeof value === 'string' && /^[0-9]{1,9}$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  return value;
}

function isOfType(type, value) {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isMapping(value);
  return typeof value === type;
}

function isAllowed(schema, value) {
  const { pattern, minLength, maxLength, minimum = -Infinity, maximum = Infinity } = schema;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (typeof value === 'number') return value >= minimum && value <= maximum;
  if (typeof value !== 'string') return true;
  return hasRightSize(value.length, minLength, maxLength) && (!pattern || new RegExp(pattern, 'u').test(value));
}

module.exports = { read };
