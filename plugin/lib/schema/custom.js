'use strict';

const { SERVICE_NAME, NAME } = require('./event');
const {
  ACCESS_LOGS,
  AUTH_POLICY,
  AUTH_TYPE,
  TAGS,
  arn,
  closed,
  integer,
  oneOf,
  oneOrMore,
  orIntrinsic,
  text,
} = require('./values');

// Settings of `lattice dev` (lattice-events), which share this mapping. A test holds the list equal to its schema.
const SETTINGS = [
  '$schema',
  'manifests',
  'targets',
  'callers',
  'defaultVpc',
  'ignore',
  'python',
  'maxProcesses',
  'prewarm',
  'faults',
  'assumptions',
];

const LISTENER = closed(
  {
    protocol: oneOf(
      ['HTTPS', 'HTTP'],
      'HTTPS (the default) or HTTP.',
      'must be HTTPS or HTTP (TLS_PASSTHROUGH has no Lambda functions as targets)',
    ),
    port: integer(1, 65535, 'The port. The default is 443 for HTTPS and 80 for HTTP.'),
  },
  undefined,
);

const DEFAULT_ACTION = closed(
  {
    fixedResponse: {
      description: 'The status code: 404 or 500.',
      must: 'must be 404 or 500',
      type: 'integer',
      enum: [404, 500],
    },
  },
  'The answer to what no rule wants: `{fixedResponse: 404}`, the default where no event is without a match.',
  {
    required: ['fixedResponse'],
    must: 'must be {fixedResponse: 404} or {fixedResponse: 500}; to forward, write an event without a match',
  },
);

const SERVICE = closed(
  {
    name: orIntrinsic({
      ...SERVICE_NAME,
      description:
        'Its name at AWS, where that is another one: names are unique in an account and Region, so add the stage (`foo-${sls:stage}`).',
    }),
    authType: AUTH_TYPE,
    authPolicy: AUTH_POLICY,
    listeners: {
      description: 'Where the service listens: one or two of `{protocol, port}`. The default is HTTPS on port 443.',
      must: 'must be a list of one or two of {protocol: …, port: …}',
      type: 'array',
      items: LISTENER,
      minItems: 1,
      maxItems: 2,
    },
    defaultAction: DEFAULT_ACTION,
    customDomainName: orIntrinsic(
      text(
        'A domain name of your own. It cannot be changed later.',
        'must be a domain name, such as orders.example.com',
        {
          pattern: '^[A-Za-z0-9*]([A-Za-z0-9-]*)(\\.[A-Za-z0-9-]+)+$',
          maxLength: 255,
        },
      ),
    ),
    certificateArn: arn(
      'acm:[^:]+:[^:]+:certificate/',
      'The certificate (ACM) of the `customDomainName`. HTTPS needs one.',
      'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b',
    ),
    accessLogs: ACCESS_LOGS,
    idleTimeoutSeconds: orIntrinsic(integer(60, 600, 'After how many seconds without data a connection is closed.')),
    tags: TAGS,
  },
  undefined,
);

const NETWORK_NAME = text(
  'Makes a service network of this name.',
  'must be 3 to 63 of a-z, 0-9 and single hyphens between them, and not sn-… (an id)',
  {
    pattern: NAME.replace('svc-', 'sn-'),
    minLength: 3,
    maxLength: 63,
  },
);
const SERVICE_NETWORK = {
  must: 'must be {arn: …} or {id: …} of a service network that exists, or {name: …} to make one',
  anyOf: [
    closed(
      {
        arn: arn(
          'vpc-lattice:[^:]+:[^:]+:servicenetwork/sn-',
          'The ARN of a service network that exists.',
          'arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0123456789abcdef0',
        ),
        id: orIntrinsic(
          text(
            'The id of a service network that exists.',
            'must be the id of a service network, such as sn-0123456789abcdef0',
            {
              pattern: '^sn-[0-9a-z]{17}$',
            },
          ),
        ),
        name: orIntrinsic(NETWORK_NAME),
        authType: AUTH_TYPE,
        authPolicy: AUTH_POLICY,
        accessLogs: ACCESS_LOGS,
        tags: TAGS,
      },
      undefined,
    ),
    { type: 'string' }, // a setting of `lattice dev`
  ],
};

const VPC_ASSOCIATION = closed(
  {
    vpcId: orIntrinsic(
      text('The VPC whose clients may call.', 'must be the id of a VPC, such as vpc-0a1b2c3d', { pattern: '^vpc-' }),
    ),
    securityGroupIds: {
      description: 'Security groups that say who in the VPC may call; 5 at most.',
      must: 'must be a list of ids of security groups, such as [sg-0a1b2c3d]; 5 at most',
      type: 'array',
      items: orIntrinsic(
        text(undefined, 'must be the id of a security group, such as sg-0a1b2c3d', { pattern: '^sg-' }),
      ),
      minItems: 1,
      maxItems: 5,
    },
    cidr: {
      ...oneOrMore(
        orIntrinsic(
          text(undefined, 'must be a range of addresses, such as 10.0.0.0/16', {
            pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
          }),
        ),
      ),
      description: 'Address ranges of clients, one or a list: the plugin makes a security group that lets them in.',
    },
    prefixListIds: {
      description: 'Prefix lists of clients: the plugin makes a security group that lets them in.',
      must: 'must be a list of ids of prefix lists, such as [pl-0a1b2c3d]',
      type: 'array',
      items: orIntrinsic(text(undefined, 'must be the id of a prefix list, such as pl-0a1b2c3d', { pattern: '^pl-' })),
      minItems: 1,
    },
    condition: text(
      'A condition of `resources.Conditions`: the association is made only where it holds.',
      'must be the name of a condition',
      {
        pattern: '^[A-Za-z0-9]+$',
      },
    ),
    tags: TAGS,
  },
  undefined,
  { required: ['vpcId'] },
);

const CUSTOM = closed({
  serviceNetwork: SERVICE_NETWORK,
  services: {
    description: 'What is special about a service, by name.',
    must: 'must be a mapping from the name of a service to what is special about it',
    type: 'object',
    propertyNames: { type: 'string', pattern: NAME, minLength: 3, maxLength: 40 },
    nameMust: SERVICE_NAME.must.replace('must be', 'is not'),
    additionalProperties: SERVICE,
  },
  vpcAssociations: {
    description: 'VPCs whose clients may call the services of the network.',
    must: 'must be a list of {vpcId: …, cidr: …}',
    type: 'array',
    items: VPC_ASSOCIATION,
    minItems: 1,
  },
  ...Object.fromEntries(SETTINGS.map((name) => [name, {}])),
});

module.exports = { CUSTOM, LISTENER, SERVICE, SERVICE_NETWORK, SETTINGS, VPC_ASSOCIATION };
