'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { packaged } = require('./project');

const handler = 'handler.hello';
const custom = { lattice: { serviceNetwork: { id: 'sn-0123456789abcdef0' } } };
const url = (id) => ({ 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [id, 'DnsEntry.DomainName'] }]] });

test('one line makes a function answer on the service network', () => {
  const { output, template } = packaged({
    functions: { hello: { handler, events: [{ lattice: 'foo-service' }] } },
    custom,
  });
  assert.ok(template, output);
  const made = Object.entries(template.Resources).filter(([id]) => id.startsWith('Lattice'));
  assert.deepEqual(Object.fromEntries(made.map(([id, { Type }]) => [id, Type])), {
    LatticeFooService: 'AWS::VpcLattice::Service',
    LatticeFooServiceAssociation: 'AWS::VpcLattice::ServiceNetworkServiceAssociation',
    LatticeFooServiceListener: 'AWS::VpcLattice::Listener',
    LatticeFooServiceToHelloTargetGroup: 'AWS::VpcLattice::TargetGroup',
    LatticeFooServiceToHelloPermission: 'AWS::Lambda::Permission',
  });
  assert.deepEqual(template.Outputs.LatticeFooServiceDomainName.Value, {
    'Fn::GetAtt': ['LatticeFooService', 'DnsEntry.DomainName'],
  });
});

test('a caller runs as a role of its own, knows the URL, and has its versions for it', () => {
  const { output, template } = packaged({
    functions: {
      hello: { handler, events: [{ lattice: { service: 'foo', alias: 'live' } }] },
      caller: { handler, iam: { call: ['foo'] }, environment: { OTHER: 'kept' } },
      outsider: {
        handler,
        iam: { call: ['foo'] },
        environment: { LATTICE_SERVICE_FOO_URL: 'https://mine.example.com' },
      },
    },
    provider: {
      iam: { role: { name: 'shared', statements: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] } },
    },
    custom,
  });
  assert.ok(template, output);
  const {
    CallerLambdaFunction,
    HelloLambdaFunction,
    IamRoleLambdaExecution,
    LatticeCallerRole,
    OutsiderLambdaFunction,
  } = template.Resources;
  assert.deepEqual(CallerLambdaFunction.Properties.Role, { 'Fn::Sub': '${LatticeCallerRole.Arn}' });
  assert.deepEqual(CallerLambdaFunction.Properties.Environment.Variables, {
    LATTICE_SERVICE_FOO_URL: url('LatticeFoo'),
    OTHER: 'kept',
  });
  assert.equal(
    OutsiderLambdaFunction.Properties.Environment.Variables.LATTICE_SERVICE_FOO_URL,
    'https://mine.example.com',
  );
  assert.deepEqual(HelloLambdaFunction.Properties.Role, { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] });
  const { RoleName, ...shared } = IamRoleLambdaExecution.Properties;
  assert.deepEqual(LatticeCallerRole.Properties, shared);
  assert.deepEqual(template.Resources.LatticeCallerCallPolicy.Properties.Roles, [{ Ref: 'LatticeCallerRole' }]);
  const [version] = template.Resources.LatticeHelloLiveAlias.Properties.FunctionVersion['Fn::GetAtt'];
  assert.equal(template.Resources[version].Type, 'AWS::Lambda::Version');
});

test('a caller runs locally, where nobody knows the URL', () => {
  const { status, output } = packaged(
    {
      functions: {
        hello: { handler, events: [{ lattice: 'foo' }] },
        caller: { handler: 'node.hello', runtime: 'nodejs20.x', iam: { call: ['foo'] } },
      },
      custom,
    },
    ['invoke', 'local', '--function', 'caller'],
  );
  assert.equal(status, 0, output);
  assert.match(output, /unknown/);
});

test('a mistake is an error, with the path of the field, the value, and what to write', () => {
  const { status, output } = packaged({
    functions: { hello: { handler, events: [{ lattice: { service: 'foo-service', path: 'orders' } }] } },
    custom,
  });
  assert.notEqual(status, 0);
  assert.match(output, /functions\.hello\.events\.0\.lattice\.path must start with \/ .*, not 'orders'/);
});

test('a resource of the user with the name of one that the plugin makes is an error that names both', () => {
  const { status, output } = packaged({
    functions: { hello: { handler, events: [{ lattice: 'foo' }] } },
    custom,
    resources: { Resources: { LatticeFoo: { Type: 'AWS::SNS::Topic' } } },
  });
  assert.notEqual(status, 0);
  assert.match(output, /resources\.Resources\.LatticeFoo has the name of the service foo, which the plugin makes/);
});
