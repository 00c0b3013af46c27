'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { compiled, ofType, on } = require('./compiling');

const getAtt = (id, attribute) => ({ 'Fn::GetAtt': [id, attribute] });
const forwardTo = (...groups) => ({
  Forward: {
    TargetGroups: groups.map(([id, Weight]) => ({
      TargetGroupIdentifier: { Ref: id },
      ...(Weight !== undefined && { Weight }),
    })),
  },
});
const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'vpc-lattice-svcs:Invoke', Resource: '*' }],
};

test('one event is a service with everything that it needs', () => {
  const { Resources, Outputs } = compiled({ hello: on('foo-service') });
  assert.deepEqual(Resources, {
    LatticeFooService: { Type: 'AWS::VpcLattice::Service', Properties: { Name: 'foo-service', AuthType: 'NONE' } },
    LatticeFooServiceAssociation: {
      Type: 'AWS::VpcLattice::ServiceNetworkServiceAssociation',
      Properties: { ServiceIdentifier: { Ref: 'LatticeFooService' }, ServiceNetworkIdentifier: 'sn-0123456789abcdef0' },
    },
    LatticeFooServiceToHelloTargetGroup: {
      Type: 'AWS::VpcLattice::TargetGroup',
      Properties: {
        Type: 'LAMBDA',
        Config: { LambdaEventStructureVersion: 'V2' },
        Targets: [{ Id: getAtt('HelloLambdaFunction', 'Arn') }],
      },
    },
    LatticeFooServiceToHelloPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'HelloLambdaFunction' },
        Action: 'lambda:InvokeFunction',
        Principal: 'vpc-lattice.amazonaws.com',
        SourceArn: getAtt('LatticeFooServiceToHelloTargetGroup', 'Arn'),
      },
    },
    LatticeFooServiceListener: {
      Type: 'AWS::VpcLattice::Listener',
      DependsOn: ['LatticeFooServiceToHelloPermission'],
      Properties: {
        ServiceIdentifier: { Ref: 'LatticeFooService' },
        Protocol: 'HTTPS',
        DefaultAction: forwardTo(['LatticeFooServiceToHelloTargetGroup']),
      },
    },
  });
  assert.deepEqual(Object.keys(Outputs), ['LatticeFooServiceDomainName']);
});

test('a match is a rule, and the default action is 404 where no event is without a match', () => {
  const event = {
    service: 'foo',
    path: '/orders',
    method: 'GET',
    headers: { 'x-a': 'a', 'x-b': { contains: 'b', caseSensitive: true } },
    priority: 5,
  };
  const found = compiled({ hello: on(event) });
  assert.deepEqual(ofType(found, 'Listener').LatticeFooListener.DefaultAction, { FixedResponse: { StatusCode: 404 } });
  assert.deepEqual(ofType(found, 'Rule').LatticeFooRule5, {
    ServiceIdentifier: { Ref: 'LatticeFoo' },
    ListenerIdentifier: { Ref: 'LatticeFooListener' },
    Priority: 5,
    Match: {
      HttpMatch: {
        Method: 'GET',
        PathMatch: { CaseSensitive: true, Match: { Exact: '/orders' } },
        HeaderMatches: [
          { Name: 'x-a', CaseSensitive: false, Match: { Exact: 'a' } },
          { Name: 'x-b', CaseSensitive: true, Match: { Contains: 'b' } },
        ],
      },
    },
    Action: forwardTo(['LatticeFooToHelloTargetGroup']),
  });
});

test('functions with the same match share one rule by weight', () => {
  const canary = (weight) => ({ service: 'foo', pathPrefix: '/canary', priority: 7, weight });
  const found = compiled({ hello: on('foo', canary(90)), next: on(canary(10)) });
  assert.deepEqual(Object.keys(ofType(found, 'Rule')), ['LatticeFooRule7']);
  assert.deepEqual(
    ofType(found, 'Rule').LatticeFooRule7.Action,
    forwardTo(['LatticeFooToHelloTargetGroup', 90], ['LatticeFooToNextTargetGroup', 10]),
  );
});

test('nothing is forwarded to a function before VPC Lattice may invoke it', () => {
  const { Resources } = compiled({
    hello: on('foo', { service: 'foo', path: '/', priority: 1, weight: 1 }),
    next: on({ service: 'foo', path: '/', weight: 1 }),
  });
  assert.deepEqual(Resources.LatticeFooListener.DependsOn, ['LatticeFooToHelloPermission']);
  assert.deepEqual(Resources.LatticeFooRule1.DependsOn, ['LatticeFooToHelloPermission', 'LatticeFooToNextPermission']);
});

test('functions without a match share the default action', () => {
  const found = compiled({ hello: on({ service: 'foo', weight: 3 }), next: on({ service: 'foo', weight: 1 }) });
  const action = forwardTo(['LatticeFooToHelloTargetGroup', 3], ['LatticeFooToNextTargetGroup', 1]);
  assert.deepEqual(ofType(found, 'Listener').LatticeFooListener.DefaultAction, action);
});

test('a function has one target group for each service and event structure version, none of them with a name', () => {
  const found = compiled({
    hello: on(
      'foo',
      { service: 'foo', path: '/a' },
      { service: 'foo', path: '/b', eventVersion: 'V1' },
      { service: 'bar', path: '/a' },
    ),
  });
  const groups = ofType(found, 'TargetGroup');
  assert.deepEqual(Object.keys(groups).sort(), [
    'LatticeBarToHelloTargetGroup',
    'LatticeFooToHelloTargetGroup',
    'LatticeFooToHelloV1TargetGroup',
  ]);
  assert.equal(groups.LatticeFooToHelloV1TargetGroup.Config.LambdaEventStructureVersion, 'V1');
  assert.ok(Object.values(groups).every(({ Name }) => Name === undefined));
  assert.equal(Object.keys(ofType(found, 'Permission')).length, 3);
});

test('an alias is made for the version that is deployed, and is the target that the permission is for', () => {
  const found = compiled({ hello: on({ service: 'foo', alias: 'live' }, { service: 'bar', alias: 'live' }) });
  assert.deepEqual(ofType(found, 'Alias'), {
    LatticeHelloLiveAlias: {
      FunctionName: { Ref: 'HelloLambdaFunction' },
      FunctionVersion: getAtt('HelloLambdaVersion1', 'Version'),
      Name: 'live',
    },
  });
  assert.deepEqual(ofType(found, 'TargetGroup').LatticeFooToHelloLiveTargetGroup.Targets, [
    { Id: { Ref: 'LatticeHelloLiveAlias' } },
  ]);
  assert.deepEqual(ofType(found, 'Permission').LatticeFooToHelloLivePermission.FunctionName, {
    Ref: 'LatticeHelloLiveAlias',
  });
});

test('where the framework has an alias, that is the target: provisioned concurrency is on it alone', () => {
  const aliases = { hello: { name: 'provisioned', logicalId: 'HelloProvConcLambdaAlias' } };
  const found = compiled({ hello: on('foo', { service: 'bar', alias: 'provisioned' }) }, {}, { aliases });
  assert.deepEqual(ofType(found, 'Alias'), {});
  for (const { Targets } of Object.values(ofType(found, 'TargetGroup')))
    assert.deepEqual(Targets, [{ Id: { Ref: 'HelloProvConcLambdaAlias' } }]);
});

test('what forwards to a function with a condition has the condition', () => {
  const found = compiled({
    hello: { condition: 'IsBlue', ...on({ service: 'foo', path: '/a', alias: 'live', priority: 1 }) },
  });
  const conditional = Object.entries(found.Resources).filter(([, { Condition }]) => Condition === 'IsBlue');
  assert.deepEqual(conditional.map(([id]) => id).sort(), [
    'LatticeFooRule1',
    'LatticeFooToHelloLivePermission',
    'LatticeFooToHelloLiveTargetGroup',
    'LatticeHelloLiveAlias',
  ]);
});

test('a service has what is said of it', () => {
  const settings = {
    name: 'foo-dev',
    authType: 'AWS_IAM',
    authPolicy: JSON.stringify(POLICY, null, 2),
    accessLogs: ['arn:aws:s3:::logs', { 'Fn::GetAtt': ['Logs', 'Arn'] }],
    customDomainName: 'foo.example.com',
    certificateArn: { Ref: 'Certificate' },
    idleTimeoutSeconds: 60,
    tags: { team: 'a' },
    defaultAction: { fixedResponse: 500 },
  };
  const found = compiled({ hello: on({ service: 'foo', path: '/a' }) }, { services: { foo: settings } });
  assert.deepEqual(ofType(found, 'Service').LatticeFoo, {
    Name: 'foo-dev',
    AuthType: 'AWS_IAM',
    CustomDomainName: 'foo.example.com',
    CertificateArn: { Ref: 'Certificate' },
    IdleTimeoutSeconds: 60,
    Tags: [{ Key: 'team', Value: 'a' }],
  });
  assert.deepEqual(ofType(found, 'AuthPolicy'), {
    LatticeFooAuthPolicy: { ResourceIdentifier: { Ref: 'LatticeFoo' }, Policy: POLICY },
  });
  assert.deepEqual(ofType(found, 'AccessLogSubscription'), {
    LatticeFooAccessLogs: { ResourceIdentifier: { Ref: 'LatticeFoo' }, DestinationArn: 'arn:aws:s3:::logs' },
    LatticeFooAccessLogs1: {
      ResourceIdentifier: { Ref: 'LatticeFoo' },
      DestinationArn: { 'Fn::GetAtt': ['Logs', 'Arn'] },
    },
  });
  assert.deepEqual(ofType(found, 'Listener').LatticeFooListener.DefaultAction, { FixedResponse: { StatusCode: 500 } });
});

test('each listener has all the rules', () => {
  const listeners = [{}, { protocol: 'HTTP' }];
  const found = compiled(
    { hello: on({ service: 'foo', path: '/a', priority: 1 }) },
    { services: { foo: { listeners } } },
  );
  assert.deepEqual(ofType(found, 'Listener').LatticeFooListenerHttp80.Protocol, 'HTTP');
  const rules = ofType(found, 'Rule');
  assert.deepEqual(Object.keys(rules), ['LatticeFooRule1', 'LatticeFooHttp80Rule1']);
  assert.deepEqual(rules.LatticeFooHttp80Rule1.ListenerIdentifier, { Ref: 'LatticeFooListenerHttp80' });
});

test('a service network is made with what is said of it, and services are on it', () => {
  const serviceNetwork = {
    name: 'sample',
    authType: 'AWS_IAM',
    authPolicy: POLICY,
    accessLogs: 'arn:aws:s3:::logs',
    tags: { a: 'b' },
  };
  const found = compiled({ hello: on('foo') }, { serviceNetwork });
  assert.deepEqual(ofType(found, 'ServiceNetwork'), {
    LatticeServiceNetwork: { Name: 'sample', AuthType: 'AWS_IAM', Tags: [{ Key: 'a', Value: 'b' }] },
  });
  assert.deepEqual(Object.keys(ofType(found, 'AuthPolicy')), ['LatticeServiceNetworkAuthPolicy']);
  assert.deepEqual(ofType(found, 'ServiceNetworkServiceAssociation').LatticeFooAssociation.ServiceNetworkIdentifier, {
    Ref: 'LatticeServiceNetwork',
  });
});

test('a VPC is associated with a security group that lets its clients in on the ports of the services', () => {
  const vpcAssociations = [
    { vpcId: { Ref: 'Vpc' }, cidr: ['10.0.0.0/16', 'fd00::/8'], prefixListIds: ['pl-0a1b2c3d'], condition: 'IsBlue' },
  ];
  const found = compiled({ hello: on('foo') }, { vpcAssociations, services: { foo: { listeners: [{ port: 8443 }] } } });
  const { LatticeVpcAssociation: association, LatticeVpcSecurityGroup: group } = found.Resources;
  assert.deepEqual(association.Properties.SecurityGroupIds, [getAtt('LatticeVpcSecurityGroup', 'GroupId')]);
  assert.deepEqual([association.Condition, group.Condition], ['IsBlue', 'IsBlue']);
  const ingress = group.Properties.SecurityGroupIngress.map(({ Description, IpProtocol, ...rest }) => rest);
  assert.deepEqual(ingress, [
    { FromPort: 8443, ToPort: 8443, CidrIp: '10.0.0.0/16' },
    { FromPort: 8443, ToPort: 8443, CidrIpv6: 'fd00::/8' },
    { FromPort: 8443, ToPort: 8443, SourcePrefixListId: 'pl-0a1b2c3d' },
  ]);
});

test('security groups that are given are used as they are', () => {
  const vpcAssociations = [{ vpcId: 'vpc-0a1b2c3d', securityGroupIds: ['sg-0a1b2c3d'] }];
  const found = compiled({ hello: {} }, { vpcAssociations });
  assert.deepEqual(found.Resources, {
    LatticeVpc0a1b2c3dAssociation: {
      Type: 'AWS::VpcLattice::ServiceNetworkVpcAssociation',
      Properties: {
        VpcIdentifier: 'vpc-0a1b2c3d',
        ServiceNetworkIdentifier: 'sn-0123456789abcdef0',
        SecurityGroupIds: ['sg-0a1b2c3d'],
      },
    },
  });
});

test('a caller may invoke the services that it names, any path of them, and nothing else', () => {
  const elsewhere = 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0';
  const caller = { role: 'HelloRole', iam: { call: ['foo', elsewhere] } };
  const found = compiled({ hello: caller, next: on('foo') });
  assert.deepEqual(ofType(found, 'Policy').LatticeHelloCallPolicy, {
    PolicyName: 'lattice-calls-of-hello',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'vpc-lattice-svcs:Invoke',
          Resource: [
            { 'Fn::Join': ['', [getAtt('LatticeFoo', 'Arn'), '/*']] },
            { 'Fn::Join': ['', [elsewhere, '/*']] },
          ],
        },
      ],
    },
    Roles: [{ Ref: 'HelloRole' }],
  });
});

test('functions that share a role do not overwrite the policy of each other', () => {
  const caller = { role: 'Shared', iam: { call: ['foo'] } };
  const policies = Object.values(ofType(compiled({ hello: caller, next: caller, last: on('foo') }), 'Policy'));
  assert.deepEqual(
    policies.map(({ PolicyName, Roles }) => [PolicyName, Roles]),
    [
      ['lattice-calls-of-hello', [{ Ref: 'Shared' }]],
      ['lattice-calls-of-next', [{ Ref: 'Shared' }]],
    ],
  );
});

test('names that would give two resources one logical id are found', () => {
  const { clashes } = compiled({ hello: on('foo', 'foo-listener') });
  assert.deepEqual(clashes, [
    { logicalId: 'LatticeFooListener', owners: ['the listener of the service foo', 'the service foo-listener'] },
  ]);
});
