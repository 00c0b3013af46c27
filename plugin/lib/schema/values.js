'use strict';

// The values that fields are made of, as JSON Schema. `description` says what a field is for (README.md), and `must`
// what a value has to be: errors quote it. `must` is ours alone; the framework gets the schema without it (index.js).

/** An intrinsic function of CloudFormation: what it stands for is known at deploy time only. */
const INTRINSIC = {
  type: 'object',
  patternProperties: { '^(Ref|Fn::[A-Za-z0-9:]+)$': {} },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

function isIntrinsic(value) {
  const keys = isMapping(value) ? Object.keys(value) : [];
  return keys.length === 1 && /^(Ref|Fn::.+)$/.test(keys[0]);
}

function isMapping(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What CloudFormation fetches at deploy time, from Parameter Store or Secrets Manager. */
const DYNAMIC_REFERENCE = { type: 'string', pattern: '\\{\\{resolve:[^{}]+\\}\\}' };

/** A value, or what stands in its place until the deploy. */
function orIntrinsic({ description, must, ...schema }) {
  return { description, must, anyOf: [schema, INTRINSIC, DYNAMIC_REFERENCE] };
}

function text(description, must, schema = {}) {
  return { description, must, type: 'string', minLength: 1, ...schema };
}

function oneOf(values, description, must = `must be one of ${values.join(', ')}`) {
  return { description, must, type: 'string', enum: values };
}

function integer(minimum, maximum, description) {
  const must = `must be a whole number from ${minimum} to ${maximum}`;
  return { description, must, type: 'integer', minimum, maximum };
}

/** A mapping with these fields and no others. */
function closed(properties, description, { required = [], must = 'must be a mapping' } = {}) {
  return { description, must, type: 'object', properties, required, additionalProperties: false };
}

/** One value, or a list of some. */
function oneOrMore({ description, must, ...item }, maxItems) {
  const list = { type: 'array', items: { must, ...item }, minItems: 1, maxItems };
  return { description, must, anyOf: [list, { must, ...item }] };
}

/** An ARN: `kind` is a pattern of what comes after its partition. */
function arn(kind, description, example) {
  const must = `must be an ARN, such as ${example}`;
  return orIntrinsic(text(description, must, { pattern: `^arn:[^:]+:${kind}` }));
}

const TAGS = {
  description: 'Tags of the resource: a mapping from key to value.',
  must: 'must be a mapping from a key to a text',
  type: 'object',
  additionalProperties: orIntrinsic({ must: 'must be a text', type: 'string' }),
};

const AUTH_TYPE = oneOf(
  ['NONE', 'AWS_IAM'],
  'NONE lets everyone in whom the network lets in; AWS_IAM asks the `authPolicy`. The default is NONE.',
);

const AUTH_POLICY = {
  description: 'The auth policy: a mapping, or the same as JSON text. It needs `authType: AWS_IAM`.',
  must: 'must be a policy: a mapping with Version and Statement, or the same as JSON text',
  anyOf: [
    { type: 'object', minProperties: 1 },
    { type: 'string', minLength: 2 },
  ],
};

const ACCESS_LOGS = oneOrMore(
  arn(
    '(logs|s3|firehose):',
    'Where access logs go: the ARN of a log group, a bucket or a Firehose stream, or a list with one of each.',
    'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/foo',
  ),
  3,
);

module.exports = {
  ACCESS_LOGS,
  AUTH_POLICY,
  AUTH_TYPE,
  INTRINSIC,
  TAGS,
  arn,
  closed,
  integer,
  isIntrinsic,
  isMapping,
  oneOf,
  oneOrMore,
  orIntrinsic,
  text,
};
