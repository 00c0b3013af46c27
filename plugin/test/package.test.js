'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { packaged } = require('./project');

const NETWORK = { id: 'sn-0123456789abcdef0' };

test('one line makes a function answer on the service network', () => {
  const { output, template } = packaged({
    functions: { hello: { handler: 'handler.hello', events: [{ lattice: 'foo-service' }] } },
    custom: { lattice: { serviceNetwork: NETWORK } },
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
});

test('a mistake is an error, with the path of the field, the value, and what to write', () => {
  const { status, output } = packaged({
    functions: { hello: { handler: 'handler.hello', events: [{ lattice: { service: 'foo-service', path: 'orders' } }] } },
    custom: { lattice: { serviceNetwork: NETWORK } },
  });
  assert.notEqual(status, 0);
  assert.match(output, /functions\.hello\.events\.0\.lattice\.path must start with \/ .*, not 'orders'/);
});
