'use strict';

const { SERVICE_NAME } = require('./event');
const { arn, closed, orIntrinsic, text } = require('./values');

const SERVICE_ARN = arn(
  'vpc-lattice:[^:]+:[^:]+:service/svc-',
  'The ARN of a service of another stack.',
  'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0',
);

const CALLED = {
  must: 'must be the name of a service of this file, an ARN, or {name: …, arn: …, url: …} for a service of another stack',
  anyOf: [
    { type: 'string', minLength: 1 },
    closed(
      {
        name: SERVICE_NAME,
        arn: SERVICE_ARN,
        url: orIntrinsic(
          text('Its URL, for the variable.', 'must be a URL, such as https://foo.example.com', {
            pattern: '^https?://',
          }),
        ),
      },
      undefined,
      { required: ['name', 'arn', 'url'] },
    ),
  ],
};

const IAM = closed(
  {
    call: {
      description:
        'The services that the function calls: names, ARNs, or `{name, arn, url}` for services of other stacks. The function may invoke them and nothing else; `LATTICE_SERVICE_NAME_URL` holds the URL of each that has a name.',
      must: 'must be a list of services',
      type: 'array',
      items: CALLED,
      minItems: 1,
    },
  },
  undefined,
  { required: ['call'] },
);

module.exports = { IAM };
