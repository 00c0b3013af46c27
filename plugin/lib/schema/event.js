'use strict';

const { closed, integer, oneOf, orIntrinsic, text } = require('./values');

const NAME = '^(?!svc-)[a-z0-9]+(-[a-z0-9]+)*$';
const SERVICE_NAME = text(
  'Name of the service. Services of the same name are one; what is not a default stands under `custom.lattice.services`, under the same name.',
  'must be the name of a service: 3 to 40 of a-z, 0-9 and single hyphens between them, and not svc-… (an id)',
  { pattern: NAME, minLength: 3, maxLength: 40 },
);

const PATH = { pattern: '^/[a-zA-Z0-9@:%_+.~#?&/=-]*$', maxLength: 128 };
const PATH_WORDS = 'must start with / and have no wildcards, such as /orders (128 characters at most)';

// CloudFormation's list. VPC Lattice itself takes any method.
const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE'];
const METHOD_WORDS = `must be one of ${METHODS.join(', ')}, in capitals (CloudFormation's rules know no other; for PATCH, leave method out and match the path)`;

const HEADER_TEXT = { type: 'string', minLength: 1, maxLength: 128 };
const HEADER_MATCH = {
  must: 'must be the text to match, or one of {exact: …}, {prefix: …} and {contains: …}; 128 characters at most',
  anyOf: [
    HEADER_TEXT,
    closed(
      {
        exact: { ...HEADER_TEXT, must: 'must be a text of 1 to 128 characters' },
        prefix: { ...HEADER_TEXT, must: 'must be a text of 1 to 128 characters' },
        contains: { ...HEADER_TEXT, must: 'must be a text of 1 to 128 characters' },
        caseSensitive: { type: 'boolean', must: 'must be true or false' },
      },
      undefined,
    ),
  ],
};
const HEADERS = {
  description:
    'Headers that a request must have, 5 at most: `name: text`, or `name: {exact | prefix | contains: text, caseSensitive: true}`. Case does not matter unless you say so.',
  must: 'must be a mapping from the name of a header to what it must be; 1 to 5 headers',
  type: 'object',
  propertyNames: { type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}$" },
  nameMust: 'is not the name of a header: letters, digits and hyphens, 40 at most',
  additionalProperties: HEADER_MATCH,
  minProperties: 1,
  maxProperties: 5,
};

const EVENT = {
  must: 'must be the name of a service, or a mapping with `service`',
  anyOf: [
    SERVICE_NAME,
    closed(
      {
        service: SERVICE_NAME,
        path: text('The path, exactly. Case matters.', PATH_WORDS, PATH),
        pathPrefix: text('How the path starts. Case matters.', PATH_WORDS, PATH),
        method: oneOf(METHODS, `The method: ${METHODS.join(', ')}.`, METHOD_WORDS),
        headers: HEADERS,
        priority: integer(1, 2000, 'Which rule is looked at first: the lowest. Without it, the plugin assigns one.'),
        weight: orIntrinsic(integer(0, 999, 'The share of requests, where several functions have the same match.')),
        alias: text(
          'The alias that is called instead of $LATEST. The plugin makes it, for the version that is deployed.',
          'must be the name of an alias: letters, digits, - and _, and not only digits',
          { pattern: '^(?![0-9]+$)[A-Za-z0-9_-]+$', maxLength: 128 },
        ),
        eventVersion: oneOf(['V1', 'V2'], 'The event structure version: V2 (the default) or V1.'),
      },
      undefined,
      { required: ['service'] },
    ),
  ],
};

module.exports = { EVENT, METHODS, NAME, SERVICE_NAME };
