'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const yaml = require('js-yaml'); // the framework's own

const { validate } = require('../../lib/validate');
const { tables } = require('../fields');
const { compiled, on } = require('./compiling');

const README = fs.readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');

test('README.md has every field, in the words of the schemas', () => {
  for (const table of tables())
    assert.ok(README.includes(table), `not there (node plugin/test/fields.js prints it):\n${table}`);
});

/** YAML with CloudFormation's tags. */
function parse(text) {
  const types = ['scalar', 'sequence', 'mapping'].map(
    (kind) => new yaml.Type('!', { kind, multi: true, construct: (data, tag) => ({ [`Fn::${tag.slice(1)}`]: data }) }),
  );
  return yaml.load(text, { schema: yaml.DEFAULT_SCHEMA.extend(types) });
}

test('what README.md shows is accepted', () => {
  const examples = [...README.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => parse(text));
  const custom = { lattice: { serviceNetwork: { name: 'sample' } } };
  assert.ok(examples.length >= 4);
  for (const each of examples) assert.deepEqual(validate({ custom, ...each }).problems, []);
});

test('README.md has the logical ids that are made', () => {
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } };
  const settings = {
    authType: 'AWS_IAM',
    authPolicy: policy,
    accessLogs: 'arn:aws:s3:::a',
    listeners: [{}, { protocol: 'HTTP' }],
  };
  const { Resources, Outputs } = compiled(
    {
      hello: {
        iam: { call: ['foo-service'] },
        ...on('foo-service', { service: 'foo-service', path: '/', alias: 'live', priority: 10 }),
      },
    },
    {
      serviceNetwork: { name: 'sample' },
      services: { 'foo-service': settings },
      vpcAssociations: [{ vpcId: 'vpc-0a1b2c3d', cidr: '10.0.0.0/16' }],
    },
  );
  const made = new Set([...Object.keys(Resources), ...Object.keys(Outputs), 'LatticeHelloRole']);
  const written = README.match(/## What it makes[^]*?### Priorities/)[0].match(
    /Lattice(Foo|Hello|Vpc|ServiceNetwork`)[A-Za-z0-9]*/g,
  );
  for (const id of written) assert.ok(made.has(id.replace('`', '')), id);
});
