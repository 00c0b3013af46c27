'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const info = require('../../lib/info');

const DOMAIN = 'foo-service-0123456789abcdef0.7d67968.vpc-lattice-svcs.eu-west-1.on.aws';

/** The section that is shown for `custom.lattice` and the outputs of the stack. */
function shown({ lattice, outputs = { LatticeFooServiceDomainName: DOMAIN } }) {
  const sections = {};
  class AwsInfo {
    gatheredData = { outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) };
  }
  const serverless = {
    service: { functions: { hello: { events: [{ lattice: 'foo-service' }] } }, custom: { lattice } },
    pluginManager: { plugins: [new AwsInfo()] },
    addServiceOutputSection: (name, lines) => {
      sections[name] = lines;
    },
  };
  info({ serverless }).hooks['after:aws:info:gatherData']();
  return sections.lattice;
}

const NETWORK = { id: 'sn-0123456789abcdef0' };

test('a service is shown with its URL, and the service network that it is on', () => {
  const lattice = { serviceNetwork: NETWORK };
  assert.deepEqual(shown({ lattice }), [`foo-service: https://${DOMAIN}`, 'service network: sn-0123456789abcdef0']);
});

test('a custom domain is shown first', () => {
  const own = { customDomainName: 'foo.example.com', certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1' };
  const lattice = { serviceNetwork: NETWORK, services: { 'foo-service': own } };
  assert.equal(shown({ lattice })[0], `foo-service: https://foo.example.com, https://${DOMAIN}`);
});

test('a port that the scheme does not imply is shown', () => {
  const listeners = [{ protocol: 'HTTP' }, { protocol: 'HTTPS', port: 8443 }];
  const lattice = { serviceNetwork: NETWORK, services: { 'foo-service': { listeners } } };
  assert.equal(shown({ lattice })[0], `foo-service: http://${DOMAIN}, https://${DOMAIN}:8443`);
});

test('a service network of the stack is shown by name', () => {
  assert.equal(shown({ lattice: { serviceNetwork: { name: 'sample' } } })[1], 'service network: sample');
});

test('before the first deploy there is no section', () => {
  assert.equal(shown({ lattice: { serviceNetwork: NETWORK }, outputs: {} }), undefined);
});
