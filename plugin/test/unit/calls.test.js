'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { called, environment } = require('../../lib/calls');
const { services } = require('../../lib/model');

const domainName = { 'Fn::GetAtt': ['LatticeFoo', 'DnsEntry.DomainName'] };

for (const [listeners, parts] of [
  [undefined, ['https://', domainName]],
  [[{ port: 8443 }], ['https://', domainName, ':8443']],
  [[{ protocol: 'HTTP' }], ['http://', domainName]],
  [[{ protocol: 'HTTP', port: 8080 }], ['http://', domainName, ':8080']],
  [
    [{ protocol: 'HTTP' }, { protocol: 'HTTPS' }],
    ['https://', domainName],
  ],
]) {
  test(`a caller is told the URL at ${JSON.stringify(listeners ?? 'the default listener')}`, () => {
    const calls = [called('foo', services([], { foo: { listeners } }))];
    assert.deepEqual(environment(calls), { LATTICE_SERVICE_FOO_URL: { 'Fn::Join': ['', parts] } });
  });
}

test('a service of another stack has the URL that is given, and a bare ARN has none', () => {
  const arn = 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0';
  const other = { name: 'eks-app-default', arn, url: 'https://eks-app.example.com' };
  const calls = [other, arn].map((each) => called(each, []));
  assert.deepEqual(environment(calls), { LATTICE_SERVICE_EKS_APP_DEFAULT_URL: 'https://eks-app.example.com' });
});
